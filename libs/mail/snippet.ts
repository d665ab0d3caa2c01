const maxBytes = 200;

/** First 200 bytes of a text on one line; `...` says that there was more. Looks only at as much as it needs. */
export function snippetOf(text: string): string {
  // A thousand characters hold 200 bytes unless nearly all are blanks.
  const start = oneLine(text.slice(0, 1_000));
  return cut(start.length >= maxBytes || text.length <= 1_000 ? start : oneLine(text));
}

function oneLine(text: string): string {
  return text.replace(/[\t\n\v\f\r \uFEFF]+/g, ' ').replace(/^ | $/g, '');
}

function cut(line: string): string {
  let bytes = 0;
  let end = 0;
  for (const char of line) {
    const size = utf8Bytes(char.codePointAt(0) as number);
    if (bytes + size > maxBytes) break;
    bytes += size;
    end += char.length;
  }
  if (end === line.length) return line;
  // At exactly 200 bytes a multi-byte letter goes too: so does the reference.
  const last = line.slice(0, end).match(/.$/su)?.[0] ?? '';
  return `${line.slice(0, bytes === maxBytes && Buffer.byteLength(last) > 1 ? end - last.length : end)}...`;
}

/** As many as half of a surrogate pair takes when it is replaced, too. */
function utf8Bytes(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}
