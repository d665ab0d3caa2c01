import { headerAddresses } from './header-addresses.ts';

export type OutgoingMail = {
  /** Of To, Cc and Bcc, in this order. */
  readonly recipients: readonly string[];
  /** The mail without its Bcc header, line ends as they came. */
  readonly text: Buffer;
};

const cr = 13;
const lf = 10;
const dot = 46;

/** Takes the header off a mail as programs pipe it in; null when there is none, and so no mail. */
export function parseOutgoingMail(bytes: Buffer): OutgoingMail | null {
  const headerEnd = findHeaderEnd(bytes);
  const fields = bytes.toString('latin1', 0, headerEnd).match(/[^\n]+\n?(?:[ \t][^\n]*\n?)*/g) ?? [];
  if (fields.length === 0 || !fields.every(field => /^[!-9;-~]+[ \t]*:/.test(field))) return null;
  const values = (name: string) =>
    fields.filter(field => nameOf(field) === name).map(field => decode(field.slice(field.indexOf(':') + 1)));
  const kept = fields.filter(field => nameOf(field) !== 'bcc').join('');
  return {
    recipients: ['to', 'cc', 'bcc'].flatMap(name => values(name).flatMap(headerAddresses)),
    text: Buffer.concat([Buffer.from(kept, 'latin1'), bytes.subarray(headerEnd)]),
  };
}

const nameOf = (field: string) => field.slice(0, field.indexOf(':')).trim().toLowerCase();

/** Unfolds, and reads raw UTF-8 (RFC 6532). */
const decode = (value: string) => Buffer.from(value, 'latin1').toString('utf8').replace(/\r?\n/g, '');

/** Where the empty line begins that ends the header; the end of the mail where there is none. */
function findHeaderEnd(bytes: Buffer): number {
  for (let start = 0; start < bytes.length; ) {
    if (bytes[start] === lf || (bytes[start] === cr && bytes[start + 1] === lf)) return start;
    const end = bytes.indexOf(lf, start);
    if (end === -1) break;
    start = end + 1;
  }
  return bytes.length;
}

/** The mail as DATA carries it: LF as CRLF, dots stuffed (RFC 5321 §4.5.2), with the final dot; in blocks of 64 KiB or so. */
export function* renderData(text: Buffer): Generator<Buffer> {
  const blockBytes = 64 * 1024;
  let block: Buffer[] = [];
  let size = 0;
  const crlf = Buffer.from('\r\n');
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf(lf, start);
    const end = found === -1 ? text.length : found;
    const line = text.subarray(start, end > start && text[end - 1] === cr && found !== -1 ? end - 1 : end);
    if (line[0] === dot) block.push(Buffer.from('.'));
    block.push(line, crlf);
    size += line.length + 3;
    start = end + 1;
    if (size >= blockBytes) {
      yield Buffer.concat(block);
      block = [];
      size = 0;
    }
  }
  yield Buffer.concat([...block, Buffer.from('.\r\n')]);
}
