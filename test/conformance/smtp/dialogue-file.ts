/**
 * Reads the dialogue files: each row is a piece of SMTP as bytes, with what the reference answers and what mpctl answers
 * where it differs. See `dialogues/README.md` for the notation.
 */
export type Line =
  /** Bytes that the client sends. */
  | { readonly type: 'send'; readonly bytes: Buffer }
  /** A whole line that must come back, bytes as Latin-1, without CRLF; null where only the other of the two says it. */
  | { readonly type: 'expect'; readonly reference: string | null; readonly ours: string | null }
  | { readonly type: 'tls' | 'end' }
  /** The server closes, having said nothing more. */
  | { readonly type: 'closed'; readonly reference: boolean; readonly ours: boolean }
  /** A mail that must have been taken. */
  | { readonly type: 'mail'; readonly mail: TakenMail };

export type TakenMail = {
  readonly from: string;
  readonly to: readonly string[];
  readonly data: string;
  readonly helo?: string;
  readonly user?: string;
  readonly peer?: string;
};

export type Row = {
  readonly profile: string;
  readonly title: string;
  /** Paces at which it means something else, and so is not played. */
  readonly not: readonly string[];
  /** Nothing is known of how the reference does here. */
  readonly onlyOurs: boolean;
  readonly lines: readonly Line[];
};

/** Throws where a line is none of the notation's. */
export function parseDialogues(text: string): Row[] {
  const rows: { profile: string; title: string; onlyOurs: boolean; not: string[]; lines: Line[] }[] = [];
  let profile = 'default';
  for (const [i, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const row = rows.at(-1);
    if (line.startsWith('@ ')) profile = line.slice(2);
    else if (line.startsWith('== '))
      rows.push({ profile, title: line.slice(3), not: [], onlyOurs: false, lines: [] });
    else if (row && line === 'only ours') row.onlyOurs = true;
    else if (row && line.startsWith('not ')) row.not.push(line.slice('not '.length));
    else if (row) row.lines.push(...parseLine(line, i + 1));
    else throw new Error(`line ${i + 1} stands before the first row`);
  }
  return rows;
}

const linePattern = /^(?:([CSROM])([:.]|\*(\d+):)(?: (.*))?|(tls|end|(?:[RO] )?closed))$/s;

function parseLine(line: string, number: number): Line[] {
  const match = linePattern.exec(line);
  if (!match) throw new Error(`line ${number}: ${line}`);
  const [, kind, mark, count = '1', text = '', word] = match;
  switch (kind) {
    case 'C':
      return [{ type: 'send', bytes: bytesOf(mark === '.' ? text : `${text}\\r\\n`) }];
    case 'M':
      return [{ type: 'mail', mail: JSON.parse(text) }];
    case 'S':
    case 'R':
    case 'O': {
      const expected = bytesOf(text).toString('latin1');
      const reference = kind === 'O' ? null : expected;
      const ours = kind === 'R' ? null : expected;
      return Array<Line>(Number(count)).fill({ type: 'expect', reference, ours });
    }
  }
  if (word === 'tls' || word === 'end') return [{ type: word }];
  return [{ type: 'closed', reference: word !== 'O closed', ours: word !== 'R closed' }];
}

/** `\r \n \t \0 \\ \s \xHH` are bytes, `\{text*n}` is the text n times; everything else is UTF-8. */
function bytesOf(text: string): Buffer {
  const parts: Buffer[] = [];
  const pattern = /\\(?:x([0-9a-f]{2})|\{(.*?)\*(\d+)\}|([rnt0s\\]))|[^\\]+/gs;
  const named: Record<string, string> = { r: '\r', n: '\n', t: '\t', '0': '\0', s: ' ', '\\': '\\' };
  for (const [whole, hex, repeated, count, name] of text.matchAll(pattern)) {
    if (hex) parts.push(Buffer.from(hex, 'hex'));
    else if (repeated !== undefined) parts.push(Buffer.concat(Array(Number(count)).fill(bytesOf(repeated))));
    else parts.push(Buffer.from(name ? (named[name] ?? '') : whole));
  }
  return Buffer.concat(parts);
}
