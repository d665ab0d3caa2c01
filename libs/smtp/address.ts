/** The `<…>` of MAIL and RCPT: what is taken for an address, and what stands behind it. Pure. */
import { isIP, isIPv6 } from 'node:net';

export type PathArgument = {
  /** What stands between the brackets, as given. */
  readonly address: string;
  /** What follows the closing bracket and its space. */
  readonly parameters: string;
};

// The match is unanchored and at most one space may stand before the bracket, as the reference has it.
const fromPattern = /FROM: ?<([^<>\v]*)>(?: |$)(.*)/is;
const toPattern = /TO: ?<([^<>\v]+)>(?: |$)(.*)/is;

/** `FROM:<address> parameters`; null when there is no such thing in the text. */
export function parseFromArgument(text: string): PathArgument | null {
  return pathArgument(fromPattern.exec(text));
}

/** `TO:<address> parameters`; null when there is no such thing in the text. */
export function parseToArgument(text: string): PathArgument | null {
  return pathArgument(toPattern.exec(text));
}

function pathArgument(match: RegExpExecArray | null): PathArgument | null {
  return match && { address: match[1] ?? '', parameters: match[2] ?? '' };
}

const maxInt64 = 2n ** 63n;

/** Value of the first SIZE parameter (RFC 1870): null when there is none, NaN when it is no 64-bit integer. */
export function parseSizeParameter(parameters: string): number | null {
  const match = /(?:^|[ ,])SIZE=([^ ,]*)/i.exec(parameters);
  if (!match) return null;
  const text = match[1] ?? '';
  if (!/^[+-]?\d+$/.test(text)) return Number.NaN;
  const value = BigInt(text.replace('+', ''));
  return value >= -maxInt64 && value < maxInt64 ? Number(value) : Number.NaN;
}

// RFC 5322 §3.2.3 and §3.4.1 with UTF-8 (RFC 6532), without folding: no space nor control character anywhere.
const atext = String.raw`[^\x00-\x20\x7f()<>[\]:;@\\,."\ufffd]`;
const dotAtom = `${atext}+(?:\\.${atext}+)*`;
const quotedString = String.raw`"(?:[^\x00-\x20\x7f"\\\ufffd]|\\[^\x00-\x20\x7f\ufffd])+"`;
const literal = String.raw`\[([0-9A-Fa-f:.]+|IPv6:[0-9A-Fa-f:.]+)\]`;
const addrSpec = `(?:${dotAtom}|${quotedString})@(?:${dotAtom}|${literal})`;
const addressPattern = new RegExp(`^${addrSpec}$`, 'iu');

/** Whether an address may stand in an envelope: RFC 5321 §4.1.2, with UTF-8, `_` in host names and IPv6 literals. */
export function isMailbox(address: string): boolean {
  const match = addressPattern.exec(withoutDecoration(address));
  return match !== null && (match[1] === undefined || isIpLiteral(match[1]));
}

/** Every server must take RCPT for it without a domain (RFC 5321 §4.5.1). */
export function isPostmaster(address: string): boolean {
  return address.toLowerCase() === 'postmaster';
}

/** The reference takes a comment behind the address and a group of one: `a@b(x)`, `g:a@b;`. */
function withoutDecoration(address: string): string {
  const group = /^[^\x00-\x20\x7f()<>[\]:;@\\,"]+:(.*);$/s.exec(address);
  const bare = group ? (group[1] ?? '') : address;
  return bare.endsWith(')') ? bare.slice(0, commentStart(bare)) : bare;
}

/** Where the comments begin that reach to the end of the text; its length when they are not balanced. */
function commentStart(text: string): number {
  let depth = 0;
  const start = text.indexOf('(');
  for (let i = start; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === 0x5c) i++;
    else if (char === 0x28) depth++;
    else if (char === 0x29) depth--;
    else if (char < 0x20 || char === 0x7f || depth === 0) return text.length;
  }
  return depth === 0 && start > 0 ? start : text.length;
}

function isIpLiteral(text: string): boolean {
  return /^IPv6:/i.test(text) ? isIPv6(text.slice('IPv6:'.length)) : isIP(text) !== 0;
}
