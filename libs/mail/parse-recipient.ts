import { parseAddressList } from './mime/address-list.ts';

/** The bare address of a text that holds exactly one, with or without a name; null when it does not. */
export function parseRecipient(text: string): string | null {
  if (/[\x00-\x1f\x7f]/.test(text)) return null;
  const found = parseAddressList(Buffer.from(text.toWellFormed()).toString('latin1'));
  const [first] = found ?? [];
  if (!first || found?.length !== 1) return null;
  // A blank or a bracket could only come of a quoted name, and would end the address where it is written again.
  return /[\s<>()",;:\\]/.test(first.Address) ? null : first.Address;
}
