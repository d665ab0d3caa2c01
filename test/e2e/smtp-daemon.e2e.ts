/**
 * Plays the dialogue files against a fleet that runs: each profile, way and pace has a tenant of its own, set up by the
 * tenants file, so that no row counts against another.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeCertificate } from '../../libs/slow-work/make-certificate.ts';
import { begin, explain, readRows, waysOf } from '../conformance/smtp/begin.ts';
import type { Row } from '../conformance/smtp/dialogue-file.ts';
import { farewells, fitsPace, type Pace, paces, play } from '../conformance/smtp/play.ts';
import { type Profile, profiles } from '../conformance/smtp/profiles.ts';
import { type Address, type Way, Wire, ways } from '../conformance/smtp/ways.ts';
import { Fleet } from '../harness/fleet.ts';
import { freePorts } from '../harness/free-port.ts';

const hostname = 'mx.test';
const atOnce = 25;

/** By unix socket in every way, and by TCP. */
const daemonWays = ways.filter(({ name, socket }) => socket === 'unix' || name === 'TCP');

/** What no setting brings about: a store that fails, a mail that is dropped. The engine's own test plays them. */
const withoutSetting = new Set(['broken', 'forgetful']);

/** Rows about a maildrop need mails that came without a header of ours; the engine's own test plays them too. */
const needsMails =
  /^(\+OK \d|\d+ \S+$|-ERR no such message|\+OK (message marked|top of|unique-id)|-ERR message)|octets/;

type Place = {
  readonly tenant: string;
  readonly name: string;
  readonly profile: Profile;
  readonly way: Way;
  readonly pace: Pace;
  readonly rows: readonly Row[];
  address: Address;
};

const isPlayable = ({ profile, lines }: Row) =>
  !withoutSetting.has(profile) &&
  !lines.some(
    line =>
      profiles[profile]?.protocol === 'pop3' && line.type === 'expect' && needsMails.test(line.ours ?? ''),
  );

const allRows = readRows();
const rows = allRows.filter(isPlayable);
const places: Place[] = [];
let fleet: Fleet;

before(async () => {
  fleet = new Fleet('');
  for (const [name, profile] of Object.entries(profiles))
    for (const way of waysOf(profile, daemonWays))
      for (const pace of paces) {
        const ofProfile = rows.filter(row => row.profile === name && fitsPace(row, pace));
        if (ofProfile.length === 0) continue;
        const tenant = `t${places.length}`;
        const address = { path: join(fleet.dir, tenant) };
        places.push({ tenant, name, profile, way, pace, rows: ofProfile, address });
      }
  const ofTcp = places.filter(({ way }) => way.socket === 'tcp');
  const ports = await freePorts(ofTcp.length);
  for (const [at, place] of ofTcp.entries()) place.address = { host: '127.0.0.1', port: ports[at] ?? 0 };

  const { certificate, key } = makeCertificate({ names: [hostname], nowMs: Date.now() });
  writeFileSync(join(fleet.dir, 'crt'), certificate);
  writeFileSync(join(fleet.dir, 'key'), key);
  const tenants = Object.fromEntries(places.map(place => [place.tenant, settingsOf(place)]));
  // JSON is YAML.
  writeFileSync(fleet.configPath, JSON.stringify({ hostname, tenants }, null, 1));
  await fleet.serve();
});
after(async () => {
  await fleet[Symbol.asyncDispose]();
});

/** A profile as a tenant's keys. */
function settingsOf({ name, profile, way, address }: Place): object {
  const { settings, listener, users, protocol, apop } = profile;
  const { limits, chaos } = settings;
  if (users) {
    const text = [...users].map(([user, secret]) => `${user}:${secret}\n`).join('');
    writeFileSync(join(fleet.dir, `users-${name}`), text);
  }
  const authFile = users ? `users-${name}` : undefined;
  const tls = { tlsCert: 'crt', tlsKey: 'key' };
  const chaosTriggers = Object.entries(chaos ?? {})
    .map(([trigger, { code, probability }]) => `${trigger}:${code}:${probability}`)
    .join();
  const group =
    protocol === 'pop3'
      ? { pop3: { ...tls, authFile: authFile ?? 'users-none', apop } }
      : {
          smtp: {
            ...tls,
            authFile,
            authAcceptAny: users === null && settings.authMechanisms !== undefined ? true : undefined,
            authMechanisms: settings.authMechanisms,
            maxRecipients: settings.maxRecipients,
            maxBadCommands: settings.maxBadCommands,
            timeout: settings.timeoutMs === undefined ? undefined : '1s',
            allowedRecipients: (settings.allowedRecipients as RegExp | undefined)?.source,
            ignoreRejectedRecipients: settings.ignoreRejectedRecipients,
          },
        };
  if (protocol === 'pop3' && !users) writeFileSync(join(fleet.dir, 'users-none'), 'nobody:x\n');
  const bind = 'path' in address ? `unix:${address.path}:600` : `${address.host}:${address.port}`;
  const tlsMode = { 'implicit-tls': 'implicit', 'proxy-tls': 'implicit', starttls: 'starttls' } as const;
  return {
    label: settings.app === undefined ? undefined : 'a label',
    suspended: settings.suspended,
    maxMessageSize: settings.maxMessageSizeBytes,
    chaosTriggers: chaosTriggers === '' ? undefined : chaosTriggers,
    limits: limits && { perMinute: limits.perMinute, perSource: limits.perSource },
    ...group,
    listeners: {
      way: {
        protocol,
        bind,
        tls: tlsMode[way.listener as keyof typeof tlsMode] ?? listener.tls ?? 'none',
        requireStarttls: protocol === 'smtp' ? (listener.requireStarttls ?? false) : undefined,
        xclient: listener.xclient,
        proxyProtocol: way.listener.startsWith('proxy') || undefined,
      },
    },
  };
}

/** The newest mails of a tenant, oldest first, bytes as Latin-1. */
async function newestMails(tenant: string, count: number): Promise<string[]> {
  const { body } = await fleet.get(tenant, `/api/v1/messages?limit=${count}`);
  const { messages }: { messages: { ID: string }[] } = JSON.parse(body);
  const raws = messages.map(async ({ ID }) => (await fleet.get(tenant, `/api/v1/message/${ID}/raw`)).body);
  return (await Promise.all(raws)).reverse();
}

async function playAt({ tenant, profile, way, pace, address }: Place, row: Row): Promise<void> {
  const names = { host: hostname, app: profile.settings.app ?? 'mpctl' };
  const wire = await Wire.connect(address);
  try {
    await explain(row, pace, async () => {
      await begin(wire, way, profile, names);
      await play(wire, row, names, pace, 'ours', farewells[profile.protocol]);
      while ((await wire.line()) !== null);
      const expected = row.lines.flatMap(line => (line.type === 'mail' ? [line.mail.data] : []));
      if (expected.length === 0) return;
      const stored = await newestMails(tenant, expected.length);
      for (const [at, data] of expected.entries()) {
        // What is no UTF-8 cannot be compared as text, and doubled CRs are mended.
        if (/[^\x00-\x7f]|\r\r\n/.test(data)) continue;
        assert.ok(stored[at]?.endsWith(data), `${JSON.stringify(stored[at])} is not ${JSON.stringify(data)}`);
      }
    });
  } finally {
    wire.destroy();
  }
}

test("the daemon's own sockets take every row", async () => {
  let played = 0;
  const faults: string[] = [];
  const waiting = [...places];
  const work = async () => {
    for (let place = waiting.shift(); place; place = waiting.shift())
      for (const row of place.rows) {
        const { name, way } = place;
        await playAt(place, row).catch(error => faults.push(`${name}, ${way.name}: ${error.message}`));
        played++;
      }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  console.log(
    `SMTP conformance of a running fleet: ${rows.length} rows (${allRows.length - rows.length} need what no setting ` +
      `brings about), ${places.length} configurations, played ${played}, skipped 0`,
  );
  assert.deepEqual(faults, []);
});
