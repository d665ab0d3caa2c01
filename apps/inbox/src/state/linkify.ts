/** A piece of text; with an address where it is one that people want to follow. */
export type TextPiece = { readonly text: string; readonly href?: string };

const address = /<(https?:\/\/[^<>]+)>|(?:https?:\/\/|ftp:\/\/|www\.)[^\s<>"']+[^\s<>"'.,;:!?)\]}]/gi;

/** Text with its addresses found: http, https, ftp, `www.`, and anything between angle brackets. */
export function linkify(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let at = 0;
  for (const match of text.matchAll(address)) {
    const inBrackets = match[1];
    const from = match.index + (inBrackets === undefined ? 0 : 1);
    const found = inBrackets ?? match[0];
    if (from > at) pieces.push({ text: text.slice(at, from) });
    const href = /^www\./i.test(found) ? `http://${found}` : found.replace(/\s+/g, '');
    pieces.push({ text: found, href });
    at = from + found.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}
