/**
 * Mutated dialogues and random bytes, cut at any place, many sessions of two tenants at once: no crash, no hang, nothing
 * of one session in another, and the same answers however the bytes are cut. Short in `npm test`; a million dialogues
 * with MPCTL_SOAK=1. MPCTL_SEED plays a run again.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { silentLogger } from '../../libs/base/log.ts';
import { createPop3Engine } from '../../libs/pop3/pop3-engine.ts';
import type { Pop3Host } from '../../libs/pop3/pop3-host.ts';
import { createSmtpEngine } from '../../libs/smtp/smtp-engine.ts';
import { defaultSmtpSettings, plainListener, type SmtpHost } from '../../libs/smtp/smtp-host.ts';

const seed = Number(process.env.MPCTL_SEED ?? Date.now() % 2 ** 31);
const dialogues = process.env.MPCTL_SOAK ? 1_000_000 : 3000;
const atOnce = 20;
console.log(`SMTP and POP3 fuzz: seed ${seed}, ${dialogues} dialogues each`);

/** What sessions say; `{me}` becomes a word that only this session says. */
const smtpWords = [
  'EHLO {me}\r\n',
  'HELO x\r\n',
  'MAIL FROM:<{me}@b>\r\n',
  'MAIL FROM:<> SIZE=5\r\n',
  'RCPT TO:<{me}@d>\r\n',
  'RCPT TO:<"a"@[IPv6:::1]> X\r\n',
  'DATA\r\n',
  'Subject: {me}\r\n\r\nbody {me}\r\n.\r\n',
  '.\r\n',
  '\r\n.\r\n',
  '..{me}\r\n',
  'RSET\r\n',
  'NOOP {me}\r\n',
  'QUIT\r\n',
  'AUTH PLAIN AHVzZXIAcGFzcw==\r\n',
  'AUTH LOGIN\r\n',
  'dXNlcg==\r\n',
  'AUTH CRAM-MD5\r\n',
  'XCLIENT NAME={me} ADDR=192.0.2.1 LOGIN=a+20b\r\n',
  'STARTTLS\r\n',
  'VRFY {me}\r\n',
  `${'x'.repeat(3000)}\r\n`,
];
const pop3Words = [
  'USER {me}\r\n',
  'PASS x\r\n',
  'APOP {me} 00\r\n',
  'CAPA\r\n',
  'STAT\r\n',
  'LIST\r\n',
  'UIDL 1\r\n',
  'RETR 1\r\n',
  'TOP 1 1\r\n',
  'DELE 1\r\n',
  'RSET\r\n',
  'QUIT\r\n',
];
const noise = [
  '\r',
  '\n',
  '\0',
  '.',
  '\r\n',
  ' ',
  '<',
  '>',
  ':',
  '\t',
  '\xff',
  '\xc3\xa4',
  'A',
  '=',
  '*',
  '-1',
];

/** `cuts`: where the bytes are cut, or at every place, as far as that is not too slow. */
type Said = { readonly bytes: Buffer; readonly cuts: readonly number[] | 'everywhere' };

const everywhereBytes = 200;

function sessions(words: readonly string[]): fc.Arbitrary<Said[]> {
  const word = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...words) },
    { weight: 1, arbitrary: fc.constantFrom(...noise) },
  );
  const dialogue = fc.array(word, { maxLength: 25 }).map(parts => Buffer.from(parts.join(''), 'latin1'));
  const mutation = fc.tuple(fc.nat(), fc.constantFrom('drop', 'double', 'replace'), fc.nat(255));
  const mutated = fc
    .tuple(dialogue, fc.array(mutation, { maxLength: 4 }))
    .map(([bytes, mutations]) => mutations.reduce(mutate, bytes));
  const random = fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes));
  const bytes = fc.oneof(
    { weight: 4, arbitrary: dialogue },
    { weight: 4, arbitrary: mutated },
    { weight: 1, arbitrary: random },
  );
  const cutting = fc.oneof(
    { weight: 15, arbitrary: fc.array(fc.nat(), { maxLength: 6 }) },
    { weight: 1, arbitrary: fc.constant('everywhere' as const) },
  );
  const said = fc.record({ bytes, cuts: cutting });
  return fc.array(said, { minLength: atOnce, maxLength: atOnce });
}

function mutate(bytes: Buffer, [place, how, byte]: [number, string, number]): Buffer {
  if (bytes.length === 0) return bytes;
  const at = place % bytes.length;
  const before = bytes.subarray(0, at);
  if (how === 'drop') return Buffer.concat([before, bytes.subarray(at + 1)]);
  if (how === 'double') return Buffer.concat([bytes.subarray(0, at + 1), bytes.subarray(at)]);
  return Buffer.concat([before, Buffer.of(byte), bytes.subarray(at + 1)]);
}

/** Says the bytes in pieces and ends; gives all that came back. */
function converse(path: string, bytes: Buffer, cuts: Said['cuts']): Promise<string> {
  const inner =
    cuts === 'everywhere'
      ? Array.from({ length: Math.min(bytes.length, everywhereBytes) }, (_, i) => i)
      : cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b);
  const places = [0, ...inner, bytes.length];
  return new Promise((done, fail) => {
    const socket = net.connect({ path, allowHalfOpen: true });
    const heard: Buffer[] = [];
    const hang = setTimeout(
      () => fail(new Error(`no end of ${JSON.stringify(bytes.toString('latin1'))}`)),
      20_000,
    );
    socket.on('data', chunk => heard.push(chunk));
    // The server may close while we talk.
    socket.on('error', () => {});
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(hang);
      done(Buffer.concat(heard).toString('latin1'));
    });
    const next = (i: number) => {
      if (i === places.length) socket.end();
      else socket.write(bytes.subarray(places[i - 1], places[i]), () => setImmediate(next, i + 1));
    };
    next(1);
  });
}

let count = 0;
/** A word of eight letters that no other session says. */
const newName = () => `zq${(count++).toString(36).padStart(6, '0')}`;
const namePattern = /zq[0-9a-z]{6}/g;

async function fuzz(
  words: readonly string[],
  answers: RegExp,
  serve: (socket: net.Socket, tenant: number) => void,
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-fuzz-'));
  const paths = [0, 1].map(tenant => join(dir, `${tenant}.sock`));
  const servers = paths.map((path, tenant) =>
    net.createServer({ allowHalfOpen: true }, socket => serve(socket, tenant)).listen(path),
  );
  const property = fc.asyncProperty(sessions(words), async all => {
    await Promise.all(
      all.map(async ({ bytes, cuts }, i) => {
        const path = paths[i % 2] ?? '';
        const name = newName();
        const said = Buffer.from(bytes.toString('latin1').replaceAll('{me}', name), 'latin1');
        const [whole, cut] = await Promise.all([converse(path, said, []), converse(path, said, cuts)]);
        for (const line of whole.split('\r\n')) assert.match(line, answers);
        for (const found of whole.match(namePattern) ?? []) assert.equal(found, name);
        assert.equal(withoutChallenges(cut), withoutChallenges(whole));
      }),
    );
  });
  try {
    await fc.assert(property, { seed, numRuns: dialogues / atOnce, endOnFailure: true });
  } finally {
    for (const server of servers) server.close();
    rmSync(dir, { recursive: true });
  }
}

/** Without what is another each time. */
function withoutChallenges(answers: string): string {
  return answers.replace(/334 [A-Za-z0-9+/=]{40,}|<[0-9a-f]{24}\.\d+@h>/g, '(challenge)');
}

const unlimited = { ...defaultSmtpSettings.limits, connections: 0 };

test('SMTP', { timeout: 3_600_000 }, async () => {
  const errors: unknown[] = [];
  const log = { ...silentLogger, error: (fields: unknown) => errors.push(fields) };
  const engine = createSmtpEngine({ log, random: () => 0.5, lookUp: async () => 'unknown' });
  const hosts = [0, 1].map(
    (tenant): SmtpHost => ({
      settings: {
        ...defaultSmtpSettings,
        hostname: 'h',
        app: `tenant${tenant}`,
        maxMessageSizeBytes: 200,
        maxRecipients: 2,
        timeoutMs: 10_000,
        authMechanisms: ['PLAIN', 'LOGIN', 'CRAM-MD5'],
        limits: unlimited,
      },
      async deliver({ from, to, helo, remoteHost }, data) {
        assert.ok(data.length <= 200);
        const texts = [from, ...to, helo, remoteHost, data.toString('latin1')];
        const names = new Set(texts.join(' ').match(namePattern));
        assert.ok(names.size <= 1, `a mail of ${[...names].join(' and ')}`);
        await new Promise(setImmediate);
        return { outcome: 'queued', id: 'id' };
      },
      login: async user => (user === 'user' ? 'accepted' : 'refused'),
      replied(reply) {
        if (reply.startsWith('421 ')) assert.ok(reply.includes(`tenant${tenant}`));
      },
      recipientRejected() {},
    }),
  );
  const listener = { ...plainListener, xclient: true };
  await fuzz(smtpWords, /^([2-5]\d\d[ -].*)?$/s, (socket, tenant) =>
    engine.serve(socket, hosts[tenant] as SmtpHost, listener),
  );
  assert.deepEqual(errors, []);
  for (const host of hosts) await engine.end(host, 0);
});

test('POP3', { timeout: 3_600_000 }, async () => {
  const errors: unknown[] = [];
  const log = { ...silentLogger, error: (fields: unknown) => errors.push(fields) };
  const engine = createPop3Engine({ log });
  const hosts = [0, 1].map(
    (tenant): Pop3Host => ({
      settings: {
        hostname: 'h',
        app: `tenant${tenant}`,
        suspended: false,
        apop: true,
        timeoutMs: 10_000,
        limits: unlimited,
      },
      login: async (_user, proof) => (proof.type === 'password' ? 'accepted' : 'refused'),
      maildrop: async () => [{ id: `mail${tenant}`, sizeBytes: 20 }],
      raw: async id => Buffer.from(`Subject: ${id}\r\n\r\n`),
      async remove() {},
      refused() {},
    }),
  );
  const answers = /^([+-](OK|ERR).*|TOP|USER|UIDL|IMPLEMENTATION.*|\d+ .*|Subject: .*|\.)?$/s;
  await fuzz(pop3Words, answers, (socket, tenant) => engine.serve(socket, hosts[tenant] as Pop3Host));
  assert.deepEqual(errors, []);
  for (const host of hosts) await engine.end(host, 0);
});
