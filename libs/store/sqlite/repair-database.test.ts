import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { prepareKept } from '../../mail/prepare-mail.ts';
import { openMailFile, repairMailFile } from '../open-store.ts';
import { openDatabase } from './open-database.ts';
import { schemaSteps } from './schema.ts';

const count = 60;
const nowMs = Date.UTC(2026, 0, 2);
const retention = { maxMessages: 0, maxAgeMs: 0, maxBytes: 0 };
const rawOf = (n: number) =>
  Buffer.concat([
    Buffer.from(`From: a@b.c\r\nSubject: n${n}\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\n\r\n`),
    randomBytes(6000),
  ]);

/** A mailbox of 60 mails, every tenth in a file of its own, every third read, every second with a tag. */
async function mailbox(t: TestContext): Promise<{ dir: string; raws: Buffer[] }> {
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-repair-'));
  t.after(() => rmSync(dir, { recursive: true }));
  mkdirSync(join(dir, 'big'));
  const raws = Array.from({ length: count }, (_, n) => rawOf(n));
  const file = await openMailFile(dir);
  for (const [n, raw] of raws.entries()) {
    const origin = { id: `id${n}`, createdAtMs: n, created: `c${n}`, username: 'joe' };
    const mail = prepareKept(raw, origin, { read: n % 3 === 0, tags: n % 2 ? ['Odd'] : [] });
    if (n % 10 === 0) writeFileSync(join(dir, 'big', `id${n}`), raw);
    const source = n % 10 === 0 ? { file: `id${n}` } : raw;
    const change = { kind: 'mail', ...mail, raw: source, retention, atMs: 0 } as const;
    file.state.apply([{ journal: 'j', position: 100 + n, change }], () => true);
  }
  await file.close();
  return { dir, raws };
}

async function check(dir: string, raws: readonly Buffer[]): Promise<{ whole: number; there: number }> {
  const file = await openMailFile(dir);
  const rows = await file.state.list({ start: 0, limit: 0 });
  let whole = 0;
  for (const row of rows) {
    const n = raws.findIndex((_, at) => `id${at}` === row.id && row.createdAtMs === at);
    const kept = file.state.raw(row.id);
    assert(kept, row.id);
    // What a page of plain bytes held cannot be known to be damaged.
    if (n < 0 || (kept.encoding === 'plain' && kept.bytes.compare(raws[n] as Buffer) !== 0)) continue;
    assert.deepEqual([row.number, row.read], [n + 1, n % 3 === 0]);
    assert.deepEqual(row.tags, n % 2 ? ['Odd'] : []);
    whole += 1;
  }
  assert.deepEqual(file.state.counts().total, rows.length);
  assert.equal(file.state.counts().unread, rows.filter(({ read }) => !read).length);
  await file.close();
  const db = new Database(join(dir, 'mail.db'), { readonly: true });
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  db.close();
  return { whole, there: rows.length };
}

test('what is well is left alone', async t => {
  const { dir, raws } = await mailbox(t);
  const before = readFileSync(join(dir, 'mail.db'));
  assert.deepEqual(await repairMailFile(dir, nowMs, randomBytes), {
    messages: count,
    lost: 0,
    notes: [],
    kept: '',
  });
  assert.deepEqual(readdirSync(dir).sort(), ['big', 'mail.db']);
  assert(before.equals(readFileSync(join(dir, 'mail.db'))));
  assert.equal((await check(dir, raws)).whole, count);
  assert.equal((await repairMailFile(join(dir, 'big'), nowMs, randomBytes)).messages, 0);
});

for (const [what, from, to] of [
  ['a page in the middle', 0.5, 0.52],
  ['a fifth of it', 0.3, 0.5],
  ['all but its first page', 0.03, 1],
] as const) {
  test(`of a file that lost ${what}, the rest is saved, and what is lost is told`, async t => {
    const { dir, raws } = await mailbox(t);
    const path = join(dir, 'mail.db');
    const bytes = readFileSync(path);
    const [first, last] = [Math.floor((bytes.length * from) / 4096) * 4096, Math.floor(bytes.length * to)];
    randomBytes(last - first).copy(bytes, first);
    writeFileSync(path, bytes);
    const repaired = await repairMailFile(dir, nowMs, randomBytes);
    assert(readFileSync(repaired.kept).equals(bytes));
    const { whole, there } = await check(dir, raws);
    t.diagnostic(`${whole} whole, ${there} there`);
    assert.equal(repaired.messages, there);
    const notes = repaired.notes.join('\n');
    const isUnknown = notes.includes('how many mails there were could not be read');
    assert.ok(isUnknown || repaired.lost >= count - there, `${repaired.lost} of ${count - there} are told`);
    assert(there >= 6, 'large mail is always there');
    if (to - from < 0.1) assert(whole > count / 2);
    if (to - from < 0.3) assert.ok(!isUnknown, notes);
    if (!isUnknown && there < count) assert.match(notes, /^(mail|\d+) .* lost/m);
    assert.equal((await repairMailFile(dir, nowMs, randomBytes)).kept, '');
  });
}

test('of a file that is no database large mail is saved', async t => {
  const { dir } = await mailbox(t);
  writeFileSync(join(dir, 'mail.db'), 'no database, '.repeat(1000));
  const { messages, lost, kept } = await repairMailFile(dir, nowMs, randomBytes);
  assert.deepEqual([messages, lost, existsSync(kept)], [6, 6, true]);
  const file = await openMailFile(dir);
  assert.equal(file.state.find('id10')?.createdAtMs, Date.UTC(2026, 0, 1));
  await file.close();
});

test('numbers are not given again', async t => {
  const { dir, raws } = await mailbox(t);
  const file = await openMailFile(dir);
  file.state.apply(
    [{ journal: 'j', position: 900, change: { kind: 'remove', which: ['id59', 'id58'] } }],
    () => false,
  );
  await file.close();
  const bytes = readFileSync(join(dir, 'mail.db'));
  randomBytes(8192).copy(bytes, Math.floor(bytes.length / 8192) * 4096);
  writeFileSync(join(dir, 'mail.db'), bytes);
  await repairMailFile(dir, nowMs, randomBytes);
  const again = await openMailFile(dir);
  assert.equal(again.state.last.position, 900);
  const origin = { id: 'new', createdAtMs: 99, created: '', username: '' };
  const mail = prepareKept(raws[0] as Buffer, origin, { read: false, tags: [] });
  again.state.apply(
    [{ journal: 'j', position: 901, change: { kind: 'mail', ...mail, retention, atMs: 0 } }],
    () => true,
  );
  assert.equal(again.state.find('new')?.number, count + 1);
  await again.close();
});

test('what a newer program changed is refused, and goes back to the copy from before that', async t => {
  const { dir, raws } = await mailbox(t);
  const path = join(dir, 'mail.db');
  (await openDatabase(path, [...schemaSteps, 'CREATE TABLE more (x)'])).close();
  await assert.rejects(openMailFile(dir), { code: 'STORE_NEWER', hint: /mpctl tenant repair/ });
  const repaired = await repairMailFile(dir, nowMs, randomBytes);
  assert(existsSync(repaired.kept));
  assert.match(repaired.notes.join(), /newer/);
  assert.equal((await check(dir, raws)).whole, count);

  rmSync(`${path}.v${schemaSteps.length}`);
  const db = new Database(path);
  db.pragma(`user_version = ${schemaSteps.length + 5}`);
  db.close();
  await assert.rejects(repairMailFile(dir, nowMs, randomBytes), { code: 'STORE_NEWER' });
});
