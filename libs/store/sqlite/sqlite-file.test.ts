import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import type { Change } from '../change.ts';
import { aMail, noLimits } from '../mail-for-tests.ts';
import { openMailFile } from '../open-store.ts';
import { openDatabase } from './open-database.ts';
import { schemaSteps } from './schema.ts';

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-file-'));
  t.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

const never = () => false;
const mail = (id: string, raw?: Buffer): Change => ({
  kind: 'mail',
  ...aMail(id, raw ? { raw } : {}),
  retention: noLimits,
  atMs: 0,
});

it('the file is its owner’s alone, and is whole without a log when closed', async t => {
  const dir = folder(t);
  const file = await openMailFile(dir);
  file.state.apply([{ journal: 'j', position: 7, change: mail('one') }], never);
  assert.equal(file.isDirty, true);
  assert.equal(statSync(join(dir, 'mail.db')).mode & 0o777, 0o600);
  await file.close();
  assert.deepEqual(readdirSync(dir), ['mail.db']);
  const db = new Database(join(dir, 'mail.db'), { readonly: true });
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
  assert.equal(db.pragma('auto_vacuum', { simple: true }), 2);
  db.close();
  const again = await openMailFile(dir);
  assert.equal(again.state.last.position, 7);
  assert.equal(again.isDirty, false);
  await again.close();
});

it('nobody else opens it meanwhile', async t => {
  const dir = folder(t);
  const file = await openMailFile(dir);
  await assert.rejects(openMailFile(dir), { code: 'STORE_BUSY' });
  file.state.apply([{ journal: 'j', position: 1, change: mail('one') }], never);
  const thaw = await file.freeze();
  await file.copyTo(join(dir, 'copy.db'));
  thaw();
  const code = `
    import Database from 'better-sqlite3';
    const db = new Database(process.argv[1], { timeout: 0 });
    try { db.prepare('SELECT total FROM state').pluck().get(); process.exit(1); }
    catch ({ code }) { console.log(code); }`;
  const told = execFileSync(process.execPath, ['--input-type=module', '-e', code, join(dir, 'mail.db')]);
  assert.equal(told.toString(), 'SQLITE_BUSY\n');
  await file.close();
  await (await openMailFile(dir)).close();
});

it('a file that is no database is refused as damaged', async t => {
  const dir = folder(t);
  writeFileSync(join(dir, 'mail.db'), Buffer.alloc(9000, 'x'));
  await assert.rejects(openMailFile(dir), { code: 'STORE_CORRUPT' });
});

it('the log is folded in and cut, and what comes after it is kept', async t => {
  const dir = folder(t);
  const file = await openMailFile(dir);
  file.state.apply([{ journal: 'j', position: 1, change: mail('one', Buffer.alloc(200_000)) }], never);
  assert.ok(file.logBytes > 0);
  await file.checkpoint();
  assert.equal(file.logBytes, 0);
  assert.equal(file.isDirty, false);
  file.state.apply([{ journal: 'j', position: 2, change: mail('two') }], never);
  await file.sync();
  assert.equal(file.isDirty, false);
  assert.ok(file.logBytes > 0);
  await file.close();
  const again = await openMailFile(dir);
  assert.equal(again.state.counts().total, 2);
  await again.close();
});

it('gives space back in steps', async t => {
  const dir = folder(t);
  const file = await openMailFile(dir);
  const noise = randomBytes(100_000);
  const changes = Array.from({ length: 40 }, (_, i) => ({
    journal: 'j',
    position: i + 1,
    change: mail(`m${i}`, noise),
  }));
  file.state.apply(changes, never);
  await file.checkpoint();
  const full = statSync(join(dir, 'mail.db')).size;
  file.state.apply([{ journal: 'j', position: 99, change: { kind: 'remove', which: 'all' } }], never);
  let steps = 0;
  while (steps < 1000 && file.tidy(() => true)) steps += 1;
  await file.close();
  assert.ok(statSync(join(dir, 'mail.db')).size < full / 2);
  assert.ok(steps > 5 && steps < 100, `${steps} steps`);
});

it('compresses mail later, and gives it back as it came', async t => {
  const dir = folder(t);
  const file = await openMailFile(dir);
  const raws = [Buffer.alloc(100, 'a'), Buffer.alloc(9000, 'b'), randomBytes(9000), Buffer.alloc(0)];
  const changes = raws.map((raw, i) => ({ journal: 'j', position: i + 1, change: mail(`m${i}`, raw) }));
  file.state.apply(changes, never);
  let steps = 0;
  while (file.tidy(() => true)) steps += 1;
  assert.equal(steps, 4);
  assert.equal(file.tidy(never), false);
  const kept = raws.map((_, i) => file.state.raw(`m${i}`));
  assert.deepEqual(
    kept.map(raw => raw?.encoding),
    ['plain', 'zstd', 'plain', 'plain'],
  );
  for (const [i, raw] of kept.entries()) {
    assert.ok(raw && raw.encoding !== 'file');
    assert.deepEqual(raw.encoding === 'zstd' ? zstdDecompressSync(raw.bytes) : raw.bytes, raws[i]);
  }
  await file.close();
});

it('a file of a large mail goes with the mail', async t => {
  const dir = folder(t);
  mkdirSync(join(dir, 'big'));
  for (const id of ['a', 'b']) writeFileSync(join(dir, 'big', id), id);
  const file = await openMailFile(dir);
  const big = (id: string): Change => ({ ...(mail(id) as Change & { kind: 'mail' }), raw: { file: id } });
  file.state.apply(
    [
      { journal: 'j', position: 1, change: big('a') },
      { journal: 'j', position: 2, change: big('b') },
      { journal: 'j', position: 3, change: { kind: 'remove', which: ['a'] } },
    ],
    never,
  );
  assert.deepEqual(file.state.raw('b'), { encoding: 'file', file: 'b' });
  await file.close();
  assert.deepEqual(readdirSync(join(dir, 'big')), ['b']);
});

it('an older schema is raised, and a copy of the file as it was stays', async t => {
  const path = join(folder(t), 'mail.db');
  const old = await openDatabase(path);
  old.exec('UPDATE state SET total = 5');
  old.close();
  const steps = [...schemaSteps, 'ALTER TABLE state ADD COLUMN more INTEGER NOT NULL DEFAULT 3'];
  const raised = await openDatabase(path, steps);
  assert.deepEqual(raised.prepare('SELECT total, more FROM state').raw().get(), [5, 3]);
  assert.equal(raised.pragma('user_version', { simple: true }), steps.length);
  raised.close();
  assert.ok(existsSync(`${path}.v${schemaSteps.length}`));
  await assert.rejects(openDatabase(path), { code: 'STORE_NEWER', hint: /mpctl tenant repair/ });
});
