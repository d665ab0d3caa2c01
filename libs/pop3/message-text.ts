/** A mail as POP3 sends it: dots at the start of a line doubled, CRLF and a dot behind it (RFC 1939 §3). Pure. */
const dot = 0x2e;
const lf = 0x0a;
const lfDot = Buffer.from('\n.');
const oneDot = Buffer.from('.');
const end = Buffer.from('\r\n.\r\n');

/** Pieces to be sent one after the other; the mail is copied only where a dot is doubled. */
export function* dotStuffed(mail: Buffer): Generator<Buffer> {
  if (mail[0] === dot) yield oneDot;
  let from = 0;
  for (let at = mail.indexOf(lfDot); at >= 0; at = mail.indexOf(lfDot, at + 1)) {
    yield mail.subarray(from, at + lfDot.length);
    from = at + 1;
  }
  yield mail.subarray(from);
  yield end;
}

/** The header, the blank line behind it and so many lines of the body. */
export function topOf(mail: Buffer, lines: number): Buffer {
  let at = headerEnd(mail);
  for (let i = 0; i < lines && at < mail.length; i++) at = lineEnd(mail, at);
  return mail.subarray(0, at);
}

/** The place behind the first empty line; the end when there is none. */
function headerEnd(mail: Buffer): number {
  for (let at = 0; at < mail.length; ) {
    const next = lineEnd(mail, at);
    const line = mail.toString('latin1', at, next);
    if (line === '\r\n' || line === '\n') return next;
    at = next;
  }
  return mail.length;
}

function lineEnd(mail: Buffer, from: number): number {
  const at = mail.indexOf(lf, from);
  return at < 0 ? mail.length : at + 1;
}
