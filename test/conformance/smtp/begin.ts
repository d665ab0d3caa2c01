/** The rows, and what comes before each of them. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDialogues, type Row } from './dialogue-file.ts';
import { matches, type Names, type Pace } from './play.ts';
import type { Profile } from './profiles.ts';
import type { Way, Wire } from './ways.ts';

/** All rows of `dialogues/`. */
export function readRows(): Row[] {
  const dir = join(import.meta.dirname, 'dialogues');
  return readdirSync(dir)
    .filter(name => name.endsWith('.txt'))
    .sort()
    .flatMap(name => parseDialogues(readFileSync(join(dir, name), 'utf8')));
}

/** The ways in which rows of a profile are played: those about TLS itself only where nothing stands before them. */
export function waysOf(profile: Profile, ways: readonly Way[]): Way[] {
  return ways.filter(way => !profile.inClear || ['as-it-is', 'proxy'].includes(way.listener));
}

const startTls = {
  smtp: { command: 'STARTTLS', answer: '220 2.0.0 Ready to start TLS' },
  pop3: { command: 'STLS', answer: '+OK begin TLS negotiation' },
};

/** What comes before the row: PROXY header, TLS, greeting. */
export async function begin(
  wire: Wire,
  way: Way,
  { greeting, protocol }: Profile,
  names: Names,
): Promise<void> {
  if (way.preamble.length > 0) wire.send(way.preamble);
  if (way.listener.endsWith('tls') && way.listener !== 'starttls') await wire.startTls();
  const first = await wire.line();
  assert.ok(first !== null && matches(greeting, first, names), `greeting: ${first}`);
  if (way.listener === 'starttls' && /^(220|\+OK)/.test(greeting)) {
    const { command, answer } = startTls[protocol];
    wire.send(Buffer.from(`${command}\r\n`));
    assert.equal(await wire.line(), answer);
    await wire.startTls();
  }
}

/** Says which row it was where something fails. */
export async function explain(row: Row, pace: Pace, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error) error.message = `"${row.title}", ${pace}: ${error.message}`;
    throw error;
  }
}
