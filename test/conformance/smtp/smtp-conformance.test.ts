/**
 * Plays every row of `dialogues/` in every way and at every pace against mpctl's engine, or against another server:
 *
 *   MPCTL_SMTP_TARGET=unix:/path or host:port   where it listens, in clear
 *   MPCTL_SMTP_PROFILE=default                  how it is set up, see profiles.ts; rows of other profiles are skipped
 *   MPCTL_SMTP_SIDE=reference|ours              whose answers are expected, default reference
 *
 * e.g. MPCTL_SMTP_TARGET=127.0.0.1:1025 scripts/node scripts/test.ts test/conformance/smtp
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { begin, explain, readRows, waysOf } from './begin.ts';
import type { Row } from './dialogue-file.ts';
import { type OwnServer, openOwnServer } from './own-server.ts';
import { farewells, fitsPace, type Pace, paces, play, type Side } from './play.ts';
import { type Profile, profiles } from './profiles.ts';
import { type Address, type Way, Wire, ways } from './ways.ts';

const rows = readRows();

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
      await Promise.all(
        waysOf(profile, ways).map(way =>
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
