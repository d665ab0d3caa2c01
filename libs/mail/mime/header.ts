/** One field of a header block. */
export type HeaderField = {
  /** As written. */
  readonly name: string;
  /** Lower case. */
  readonly key: string;
  /** Unfolded and trimmed, one character a byte. */
  readonly value: string;
  /** Where the field stands in the mail, its line end included. */
  readonly start: number;
  readonly end: number;
};

export type Header = {
  readonly fields: readonly HeaderField[];
  readonly bodyStart: number;
  /** What is broken about it, one sentence; empty when nothing is. */
  readonly fault: string;
};

/** Bytes and fields of one header that are looked at. */
const maxHeaderBytes = 1024 * 1024;
const maxFields = 10_000;

/**
 * Reads the header block in `raw` between `start` and `end`. Lines that are no field are left out and noted; a block
 * whose first line is none is no header at all, and all of it is body (but a mailbox file's `From ` line is one).
 */
export function parseHeader(raw: Buffer, start: number, end: number): Header {
  const bodyStart = findBody(raw, start, end);
  const text = raw.toString('latin1', start, Math.min(bodyStart, start + maxHeaderBytes));
  const fields: HeaderField[] = [];
  let fault = text.length < bodyStart - start ? 'the header is too large' : '';
  for (let at = 0; at < text.length && fields.length < maxFields; ) {
    const next = endOfField(text, at);
    const colon = text.indexOf(':', at);
    const lineEnd = text.indexOf('\n', at);
    if (colon < 0 || colon >= next || (lineEnd >= 0 && colon > lineEnd)) {
      const blank = /^[ \t\r\n]*$/.test(text.slice(at, next));
      if (!blank && at === 0 && !isIndented(text, at) && !text.startsWith('From ')) {
        return { fields, bodyStart: start, fault: 'the mail has no header' };
      }
      if (!blank) fault ||= 'a line of the header has no colon';
    } else {
      const name = text.slice(at, colon).trimEnd();
      if (isFieldName(name)) {
        const value = unfold(text.slice(colon + 1, next));
        fields.push({ name, key: name.toLowerCase(), value, start: start + at, end: start + next });
      }
    }
    at = next;
  }
  return { fields, bodyStart, fault };
}

/** The value of the first field of this name (in lower case). */
export function headerValue(header: Header, key: string): string | undefined {
  return header.fields.find(field => field.key === key)?.value;
}

/** The first byte after the blank line; `end` when there is none. */
function findBody(raw: Buffer, start: number, end: number): number {
  if (raw[start] === 0x0a) return start + 1;
  if (raw[start] === 0x0d && raw[start + 1] === 0x0a) return start + 2;
  const block = raw.subarray(start, end);
  const crlf = block.indexOf('\n\r\n');
  const bare = (crlf < 0 ? block : block.subarray(0, crlf + 1)).indexOf('\n\n');
  if (bare >= 0) return start + bare + 2;
  return crlf < 0 ? end : start + crlf + 3;
}

/** The position after the field's last line: lines that begin with a blank belong to it. */
function endOfField(text: string, at: number): number {
  for (let next = at; ; ) {
    const newline = text.indexOf('\n', next);
    if (newline < 0) return text.length;
    next = newline + 1;
    if (next >= text.length || !isIndented(text, next)) return next;
  }
}

function isIndented(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || code === 0x09;
}

/** RFC 5322 §3.6.8: printable ASCII. */
function isFieldName(name: string): boolean {
  return /^[!-9;-~]+$/.test(name);
}

/** Not `trim`: a character is a byte here, and what is a no-break space to `trim` may be half of a letter. */
function unfold(value: string): string {
  const inner = trimOf(value, ' \t\r\n', ' \t\r\n');
  return inner.includes('\n') ? inner.replace(/[ \t]*\r?\n[ \t]*/g, ' ') : inner;
}

/** A header's value without the angle brackets around it. */
export function withoutBrackets(value: string): string {
  return trimOf(value, '<', '>');
}

/** Without these characters at its ends. A pattern for that takes the square of a long run of them. */
function trimOf(value: string, atStart: string, atEnd: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && atStart.includes(value[start] as string)) start += 1;
  while (end > start && atEnd.includes(value[end - 1] as string)) end -= 1;
  return value.slice(start, end);
}
