/** Plays one row on an open connection, behind its greeting. */
import assert from 'node:assert/strict';
import type { Row } from './dialogue-file.ts';
import type { Wire } from './ways.ts';

/** In turn; each byte alone; all that can be said without waiting at once. */
export const paces = ['in turn', 'byte by byte', 'at once'] as const;
export type Pace = (typeof paces)[number];

/** What is said at the end, to see that nothing more was said before. */
export type Farewell = { readonly send: string; readonly expect: string };

export const farewells: Readonly<Record<'smtp' | 'pop3', Farewell>> = {
  smtp: { send: 'NOOP the end\r\n', expect: '250 2.0.0 Ok' },
  pop3: { send: 'THEEND\r\n', expect: '-ERR unknown command' },
};

export type Names = { readonly host: string; readonly app: string };
/** Whose answers are expected. */
export type Side = 'ours' | 'reference';

/** Fails where an answer is another than the row's. */
export async function play(
  wire: Wire,
  row: Row,
  names: Names,
  pace: Pace,
  side: Side,
  farewell: Farewell,
): Promise<void> {
  let closed = false;
  const said: string[] = [];
  const pending: Buffer[] = [];
  const flush = async () => {
    const bytes = Buffer.concat(pending.splice(0));
    if (bytes.length === 0) return;
    if (pace === 'byte by byte') await wire.sendSlowly(bytes);
    else wire.send(bytes);
  };
  const expect = async (expected: string | null) => {
    const line = await wire.line();
    said.push(line ?? '(closed)');
    const fits = expected === null || line === null ? expected === line : matches(expected, line, names);
    assert.ok(fits, `${said.join('\n')}\n  instead of\n${expected ?? '(closed)'}`);
  };
  const waiting: (string | null)[] = [];
  const settle = async () => {
    await flush();
    for (const line of waiting.splice(0)) await expect(line);
  };

  for (const line of row.lines) {
    if (line.type === 'send') {
      if (pace !== 'at once') await settle();
      pending.push(line.bytes);
    } else if (line.type === 'expect') {
      const text = line[side];
      if (text !== null) waiting.push(text);
    } else if (line.type === 'tls') {
      await settle();
      await wire.startTls();
    } else if (line.type === 'end') {
      await flush();
      wire.end();
    } else if (line.type === 'closed' && line[side]) {
      waiting.push(null);
      closed = true;
    }
  }
  if (!closed) {
    if (pace !== 'at once') await settle();
    pending.push(Buffer.from(farewell.send));
    waiting.push(farewell.expect);
  }
  await settle();
  if (!closed) wire.end();
}

/** Whether the row can be played so: where a handshake is part of it, not all can be said at once. */
export function fitsPace(row: Row, pace: Pace): boolean {
  if (pace === 'at once' && row.lines.some(line => line.type === 'tls')) return false;
  return !row.not.includes(pace);
}

const placeholders: Record<string, string> = { id: '[0-9A-Za-z]{22}', any: '.*' };

export function matches(expected: string, line: string, names: Names): boolean {
  if (!expected.includes('{')) return expected === line;
  const pattern = expected
    .replace(/[\\^$.*+?()[\]|]/g, '\\$&')
    .replace(/\{(\w+)\}/g, (_, name: 'host' | 'app') => placeholders[name] ?? literally(names[name]));
  return new RegExp(`^${pattern}$`, 's').test(line);
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
