import { htmlToPlain } from './html-plain.ts';

/** The text of a mail that has HTML only. */
export function htmlToText(html: string): string {
  return htmlToPlain(html).text;
}
