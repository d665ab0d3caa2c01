import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parseTenantUid, type TenantUid } from '../base/ids.ts';
import { prepareKept } from '../mail/prepare-mail.ts';
import { openMemoryStore } from '../store/open-store.ts';
import type { Mailbox, Retention } from '../store/store.ts';
import { readArchive } from './read-archive.ts';
import { packEntry, tarEnd } from './tar.ts';
import { writeArchive } from './write-archive.ts';

const noLimits: Retention = { maxMessages: 0, maxAgeMs: 0, maxBytes: 0 };

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-archive-'));
  t.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

const emptyMailbox = (retention = noLimits): Mailbox =>
  openMemoryStore(() => 9000).mailbox({
    uid: parseTenantUid('00000000000000aa') as TenantUid,
    dir: '',
    retention,
  });

async function filled(count: number): Promise<Mailbox> {
  const mailbox = emptyMailbox();
  for (let n = 0; n < count; n++) {
    const raw = Buffer.concat([
      Buffer.from(`From: a@example.com\r\nSubject: n${n}\r\nMessage-ID: <${n}@x>\r\n\r\n`),
      Buffer.alloc(n * 700, 200),
    ]);
    const origin = {
      id: `id${n}`,
      createdAtMs: 1000 + n,
      created: `created ${n}`,
      username: n % 2 ? 'joe' : '',
    };
    await mailbox.insert(prepareKept(raw, origin, { read: n % 3 === 0, tags: n % 2 ? ['x', 'u y'] : [] }));
  }
  return mailbox;
}

const into = (mailbox: Mailbox, retention = noLimits, allowPrune = false) => ({
  mailbox,
  retention,
  limits: 'limits',
  allowPrune,
  nowMs: 9000,
});

const aLine = {
  file: 'mail/1.eml',
  id: 'id1',
  number: 1,
  createdAtMs: 1000,
  created: 'then',
  username: '',
  messageId: '',
  read: false,
  tags: [] as string[],
  bytes: 3,
};
const manifestOf = (messages: unknown) => JSON.stringify({ format: 'mpctl-archive', version: 1, messages });
/** Texts that no manifest is. */
const badManifests = [
  ...['null', '3', '"x"', '[]', '{}', 'true', '{"format":"mpctl-archive","version":1}'],
  ...[
    null,
    {},
    'x',
    [null],
    [3],
    [[]],
    [{ ...aLine, id: '../x' }],
    [aLine, { ...aLine, file: 'mail/2.eml' }],
  ].map(manifestOf),
];

/** An archive of two mails with a manifest of any text. */
const archiveOf = (manifest: string) =>
  gzipSync(
    Buffer.concat([
      ...packEntry('mail/1.eml', Buffer.from('x: y\r\n\r\n'), 0),
      ...packEntry('mail/2.eml', Buffer.from('x: y\r\n\r\n'), 0),
      ...packEntry('manifest.json', Buffer.from(manifest), 0),
      tarEnd,
    ]),
  );

const all = (mailbox: Mailbox) => mailbox.list({ start: 0, limit: 0 });

test('a mailbox that goes out and in again is what it was', async t => {
  const path = join(folder(t), 'a.tar.gz');
  const mailbox = await filled(12);
  const { messages } = await writeArchive({ tenant: 'a', mailbox, nowMs: 5 }, path);
  assert.equal(messages, 12);
  const other = emptyMailbox();
  assert.deepEqual(await readArchive(path, into(other)), { messages: 12, known: 0, pruned: 0 });
  assert.deepEqual(await all(other), await all(mailbox));
  for (let n = 0; n < 12; n++) assert.deepEqual(await other.raw(`id${n}`), await mailbox.raw(`id${n}`));
  assert.deepEqual(
    await other.match({ terms: [{ kind: 'text', field: 'subject', text: 'n7', negated: false }] }),
    ['id7'],
  );
  assert.deepEqual(await readArchive(path, into(other)), { messages: 0, known: 12, pruned: 0 });
});

test('tar opens it, and what tar packs again is read', async t => {
  const dir = folder(t);
  const path = join(dir, 'a.tar.gz');
  await writeArchive({ tenant: 'a', mailbox: await filled(3), nowMs: 5 }, path);
  const out = join(dir, 'out');
  mkdirSync(out);
  execFileSync('tar', ['-xzf', path, '-C', out]);
  assert.deepEqual(readdirSync(join(out, 'mail')), [
    '00000001-id0.eml',
    '00000002-id1.eml',
    '00000003-id2.eml',
  ]);
  const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
  assert.deepEqual(manifest.messages[1].tags, ['x', 'u y']);
  execFileSync('tar', ['-czf', join(dir, 'again.tgz'), '-C', out, '.']);
  const again = emptyMailbox();
  assert.equal((await readArchive(join(dir, 'again.tgz'), into(again))).messages, 3);
  assert.equal((await all(again))[0]?.id, 'id2');
});

test('an archive that is cut off, damaged or none at all changes nothing', async t => {
  const dir = folder(t);
  const path = join(dir, 'a.tar.gz');
  await writeArchive({ tenant: 'a', mailbox: await filled(5), nowMs: 5 }, path);
  const whole = readFileSync(path);
  const tar = gunzipSync(whole);
  const flipped = Buffer.from(whole);
  flipped[Math.floor(whole.length / 2)] = (flipped[Math.floor(whole.length / 2)] ?? 0) ^ 1;
  const bad: Record<string, Buffer> = {
    cut: whole.subarray(0, whole.length - 20),
    flipped,
    text: Buffer.from('no archive'),
    'a tar that is cut': gzipSync(tar.subarray(0, tar.length - 1024 - 512)),
    'no manifest': gzipSync(Buffer.alloc(1024)),
    ...Object.fromEntries(badManifests.map(text => [text, archiveOf(text)])),
  };
  for (const [name, bytes] of Object.entries(bad)) {
    const mailbox = emptyMailbox();
    const file = join(dir, `${Object.keys(bad).indexOf(name)}`);
    writeFileSync(file, bytes);
    await assert.rejects(readArchive(file, into(mailbox)), { code: 'BAD_ARCHIVE' }, name);
    assert.equal((await mailbox.counts()).total, 0, name);
  }
  await assert.rejects(readArchive(join(dir, 'nowhere'), into(emptyMailbox())), { code: 'BAD_ARCHIVE' });
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  await assert.rejects(readArchive(join(dir, 'pipe'), into(emptyMailbox())), { message: /it is no file$/ });
});

test('tags come as they may be, however they stand in an archive', async t => {
  const path = join(folder(t), 'a.tgz');
  writeFileSync(path, archiveOf(manifestOf([{ ...aLine, tags: ['a\0b', 'A b', '', 'y'.repeat(5000)] }])));
  const mailbox = emptyMailbox();
  assert.equal((await readArchive(path, into(mailbox))).messages, 1);
  assert.deepEqual((await all(mailbox))[0]?.tags, ['a b', 'y'.repeat(100)]);
});

test('a file of another kind is told by its name', async t => {
  const dir = folder(t);
  const path = join(dir, 'a.tar.gz');
  await writeArchive({ tenant: 'a', mailbox: await filled(1), nowMs: 5 }, path);
  const others: Record<string, [bytes: Buffer, said: RegExp]> = {
    mbox: [Buffer.from('From joe Sat Nov 21 20:00:00 2026\nSubject: x\n\nx\n'), /it is an mbox$/],
    eml: [Buffer.from('Received: by x\r\nSubject: x\r\n\r\nx\r\n'), /it is a single mail$/],
    zip: [Buffer.from('PK\x03\x04 and so on', 'latin1'), /it is a zip file$/],
    'mailpit.db': [Buffer.from('SQLite format 3\0 and so on'), /it is a SQLite database, as Mailpit/],
    tar: [gunzipSync(readFileSync(path)), /it is a tar that is not compressed$/],
  };
  for (const [name, [bytes, said]] of Object.entries(others)) {
    writeFileSync(join(dir, name), bytes);
    const told = { code: 'BAD_ARCHIVE', message: said, hint: /mpctl tenant export/ };
    await assert.rejects(readArchive(join(dir, name), into(emptyMailbox())), told, name);
  }
  await assert.rejects(readArchive(dir, into(emptyMailbox())), {
    message: /it is a folder, as a Maildir is$/,
  });
});

test('others have their turn while many mails are looked at', async t => {
  const path = join(folder(t), 'a.tar.gz');
  const mailbox = await filled(200);
  await writeArchive({ tenant: 'a', mailbox, nowMs: 5 }, path);
  let turns = 0;
  const turnsAtFinds: number[] = [];
  const count = () => {
    turns += 1;
    turning = setImmediate(count);
  };
  let turning = setImmediate(count);
  const find = (id: string) => {
    turnsAtFinds.push(turns);
    for (const endMs = performance.now() + 1; performance.now() < endMs; );
    return mailbox.find(id);
  };
  const slow = new Proxy(mailbox, {
    get: (target, name) => (name === 'find' ? find : Reflect.get(target, name).bind(target)),
  });
  assert.equal((await readArchive(path, into(slow))).known, 200);
  clearImmediate(turning);
  const [first = 0, last = 0] = [turnsAtFinds[0], turnsAtFinds.at(-1)];
  assert.ok(last - first >= 20, `${last - first} turns`);
});

test('what the limits would remove is told before anything is taken', async t => {
  const path = join(folder(t), 'a.tar.gz');
  await writeArchive({ tenant: 'a', mailbox: await filled(6), nowMs: 5 }, path);
  for (const [limits, said] of [
    [{ ...noLimits, maxMessages: 4 }, /2 mails more/],
    [{ ...noLimits, maxAgeMs: 7998 }, /2 older/],
    [{ ...noLimits, maxBytes: 6000 }, /bytes more/],
  ] as const) {
    const mailbox = emptyMailbox(limits);
    await assert.rejects(readArchive(path, into(mailbox, limits)), { code: 'LIMIT_REACHED', message: said });
    assert.equal((await mailbox.counts()).total, 0);
    const { pruned } = await readArchive(path, into(mailbox, limits, true));
    assert(pruned > 0);
    assert.equal((await all(mailbox))[0]?.id, 'id5');
  }
});

test('a file that is there is left alone', async t => {
  const dir = folder(t);
  const path = join(dir, 'a.tar.gz');
  writeFileSync(path, 'mine');
  await assert.rejects(writeArchive({ tenant: 'a', mailbox: await filled(1), nowMs: 5 }, path), {
    code: 'FILE_EXISTS',
  });
  assert.deepEqual([readFileSync(path, 'utf8'), readdirSync(dir)], ['mine', ['a.tar.gz']]);
});
