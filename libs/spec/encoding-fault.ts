import type { Fault } from './written.ts';

/** What is wrong with a file that was read as UTF-8 and is something else; null: nothing. */
export function encodingFault(text: string): Fault | null {
  // Read as UTF-8, every other byte of western text in UTF-16 is a zero.
  if (/^[^\0]{0,2}(?:[^\0]\0[^\0]\0|\0[^\0]\0[^\0])/.test(text)) {
    return { message: 'the file is UTF-16: save it as UTF-8', at: 0 };
  }
  const at = text.indexOf('\uFFFD');
  return at === -1 ? null : { message: 'what stands here is no UTF-8: save the file as UTF-8', at };
}
