/**
 * Plays every row of `dialogues/` in every way and at every pace against mpctl's engine, or against another server:
 *
 *   MPCTL_SMTP_TARGET=unix:/path or host:port   where it listens, in clear
 *   MPCTL_SMTP_PROFILE=default                  how it is set up, see profiles.ts; rows of other profiles are skipped
 *   MPCTL_SMTP_SIDE=reference|ours              whose answers are expected, default reference
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseDialogues, type Row } from './dialogue-file.ts';
import { type OwnServer, openOwnServer } from './own-server.ts';
import { farewells, fitsPace, matches, type Names, type Pace, paces, play, type Side } from './play.ts';
import { type Profile, profiles } from './profiles.ts';
import { type Address, type Way, Wire, ways } from './ways.ts';

const dir = join(import.meta.dirname, 'dialogues');
const rows = readdirSync(dir)
  .filter(name => name.endsWith('.txt'))
  .sort()
  .flatMap(name => parseDialogues(readFileSync(join(dir, name), 'utf8')));

const counts = { played: 0, skipped: 0 };
after(() => {
  const configurations = new Set(Object.keys(profiles)).size * ways.length * paces.length;
  console.log(
    `SMTP conformance: ${rows.length} rows, ${configurations} configurations, played ${counts.played}, skipped ${counts.skipped}`,
  );
});

const target = process.env.MPCTL_SMTP_TARGET;
if (target) againstTarget(target);
else againstOurs();

function againstOurs(): void {
  for (const [name, profile] of Object.entries(profiles)) {
    const ofProfile = rows.filter(row => row.profile === name);
    test(`profile ${name}: ${ofProfile.length} rows`, { concurrency: true }, async t => {
      assert.ok(ofProfile.length > 0);
      const possible = ways.filter(way => !profile.inClear || ['as-it-is', 'proxy'].includes(way.listener));
      await Promise.all(
        possible.map(way =>
          t.test(way.name, async () => {
            await using server = await openOwnServer(profile, way);
            for (const row of ofProfile) {
              for (const pace of paces) {
                if (!fitsPace(row, pace)) continue;
                await playOnOurs(server, profile, way, row, pace);
                counts.played++;
              }
            }
          }),
        ),
      );
    });
  }
}

async function playOnOurs(
  server: OwnServer,
  profile: Profile,
  way: Way,
  row: Row,
  pace: Pace,
): Promise<void> {
  const wire = await Wire.connect(server.address);
  try {
    await explain(row, pace, async () => {
      await begin(wire, way, profile, server.names);
      await play(wire, row, server.names, pace, 'ours', farewells[profile.protocol]);
      // The server has seen the end when it has closed, and then all mails are in.
      while ((await wire.line()) !== null);
      const taken = server.lastMails();
      const expected = row.lines.flatMap(line => (line.type === 'mail' ? [line.mail] : []));
      if (expected.length === 0) return;
      assert.deepEqual(
        taken,
        expected.map((mail, i) => ({ ...taken[i], ...mail })),
      );
    });
  } finally {
    wire.destroy();
  }
}

const startTls = {
  smtp: { command: 'STARTTLS', answer: '220 2.0.0 Ready to start TLS' },
  pop3: { command: 'STLS', answer: '+OK begin TLS negotiation' },
};

/** What comes before the row: PROXY header, TLS, greeting. */
async function begin(wire: Wire, way: Way, { greeting, protocol }: Profile, names: Names): Promise<void> {
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

async function explain(row: Row, pace: Pace, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error) error.message = `"${row.title}", ${pace}: ${error.message}`;
    throw error;
  }
}

function againstTarget(place: string): void {
  const address = addressOf(place);
  const profile = process.env.MPCTL_SMTP_PROFILE ?? 'default';
  const side: Side = process.env.MPCTL_SMTP_SIDE === 'ours' ? 'ours' : 'reference';
  for (const row of rows) {
    const skip = row.profile !== profile || (side === 'reference' && row.onlyOurs);
    if (skip) counts.skipped++;
    test(`${row.profile}: ${row.title}`, { skip }, async () => {
      for (const pace of paces) {
        if (!fitsPace(row, pace)) continue;
        const wire = await Wire.connect(address);
        try {
          const greeting = (await wire.line()) ?? '';
          const pop3 = greeting.startsWith('+OK');
          const pattern = pop3 ? /^\+OK ()(.+) POP3 server/ : /^220 (\S+) (.+) ESMTP Service ready$/;
          const [, host = '', app = ''] = pattern.exec(greeting) ?? [];
          const farewell = farewells[pop3 ? 'pop3' : 'smtp'];
          await explain(row, pace, () => play(wire, row, { host, app }, pace, side, farewell));
          counts.played++;
        } finally {
          wire.destroy();
        }
      }
    });
  }
}

function addressOf(place: string): Address {
  if (place.startsWith('unix:')) return { path: place.slice('unix:'.length) };
  const colon = place.lastIndexOf(':');
  return { host: place.slice(0, colon), port: Number(place.slice(colon + 1)) };
}
