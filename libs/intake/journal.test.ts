import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { crc32 } from 'node:zlib';
import type { TenantUid } from '../base/ids.ts';
import { silentLogger } from '../base/log.ts';
import { aMail, noLimits } from '../store/mail-for-tests.ts';
import { Journal, type Place, Segment } from './journal.ts';
import type { JournalRecord } from './record.ts';
import { listSegments, readSegment, segmentFileName } from './segment.ts';

const uid = '00000000000000aa' as TenantUid;

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-journal-'));
  t.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

const openJournal = (dir: string, shard = 0, maxBytes = 1e9) =>
  new Journal({ dir, shard, maxBytes, segmentBytes: 16e6, log: silentLogger });

/** Appends a mail whose id is `text`. */
const append = (journal: Journal, text: string, bytes = 100, of: TenantUid | null = uid) =>
  new Promise<Place>((resolve, reject) => {
    const mail = aMail(text, { raw: Buffer.alloc(bytes, text) });
    journal.append({
      uid: of as TenantUid,
      change: { kind: 'mail', ...mail, retention: noLimits, atMs: 0 },
      bytes,
      done: (error, place) => (place ? resolve(place) : reject(error)),
    });
  });

async function contents(dir: string): Promise<JournalRecord[]> {
  const found: JournalRecord[] = [];
  for (const name of await listSegments(dir)) {
    found.push(...(await readSegment(join(dir, segmentFileName(name)), name.salt)).records);
  }
  return found;
}

const idsIn = async (dir: string) =>
  (await contents(dir)).map(({ change }) => change.kind === 'mail' && change.row.id);

describe('the journal', () => {
  it('refuses what would be nobody’s, and that alone', async t => {
    const dir = folder(t);
    await using journal = openJournal(dir);
    const refused = { code: 'STORE_FAILED' };
    await Promise.all([
      append(journal, 'before'),
      assert.rejects(append(journal, 'a tenant without a uid', 100, null), refused),
      assert.rejects(append(journal, 'no hex', 100, 'project-a' as TenantUid), refused),
      append(journal, 'after'),
    ]);
    await assert.rejects(append(journal, 'alone', 100, null), refused);
    await append(journal, 'last');
    assert.deepEqual(await idsIn(dir), ['before', 'after', 'last']);
    assert.equal(journal.fault, null);
  });

  it('has what it acknowledged, in the order of positions', async t => {
    const dir = folder(t);
    await using journal = openJournal(dir);
    const names = Array.from({ length: 300 }, (_, i) => `m${i}`);
    const places = await Promise.all(names.map(name => append(journal, name)));
    assert.deepEqual(await idsIn(dir), names);
    const positions = places.map(({ position }) => position);
    assert.deepEqual(
      (await contents(dir)).map(({ position }) => position),
      positions,
    );
    assert.deepEqual(
      positions,
      positions.toSorted((a, b) => a - b),
    );
  });

  it('those who wait share a write', async t => {
    const dir = folder(t);
    await using journal = openJournal(dir);
    await Promise.all(Array.from({ length: 100 }, (_, i) => append(journal, `m${i}`)));
    const [name] = await listSegments(dir);
    assert.ok(name);
    const { records } = await readSegment(join(dir, segmentFileName(name)), name.salt);
    const batches = new Set(records.map(record => (record as unknown as { batch: number }).batch));
    assert.equal(batches.size, 1);
  });

  it('frees nothing for a segment that is gone', async t => {
    const dir = folder(t);
    const journal = new Journal({ dir, shard: 0, maxBytes: 1e9, segmentBytes: 1000, log: silentLogger });
    await using _ = journal;
    for (const name of ['a', 'b', 'c']) await append(journal, name, 1000);
    const [first] = journal.segments;
    assert.ok(first);
    await journal.free(first);
    assert.deepEqual(await idsIn(dir), ['b', 'c']);
    await journal.free(first);
    assert.deepEqual(await idsIn(dir), ['b', 'c']);
  });

  it('goes on in a new segment, and frees the oldest first', async t => {
    const dir = folder(t);
    await using journal = openJournal(dir);
    for (let i = 0; i < 5; i++) {
      await Promise.all([0, 1, 2, 3].map(j => append(journal, `m${i}-${j}`, 2_000_000)));
    }
    assert.ok(journal.segments.length >= 2);
    const [first] = journal.segments;
    assert.ok(first && !journal.isActive(first));
    await journal.markDone(first);
    assert.equal(readdirSync(dir).filter(name => name.endsWith('.done')).length, 1);
    await journal.free(first);
    assert.equal(readdirSync(dir).filter(name => name.endsWith('.done')).length, 0);
    assert.ok((await idsIn(dir)).length < 20);
  });

  it('a later process has higher positions, also after a clean end', async t => {
    const dir = folder(t);
    const positions: number[] = [];
    for (const isClean of [false, true, true, false]) {
      const journal = openJournal(dir);
      positions.push((await append(journal, 'm')).position);
      await journal.close(isClean);
    }
    assert.deepEqual(
      positions,
      [...new Set(positions)].toSorted((a, b) => a - b),
    );
    const journal = openJournal(dir);
    journal.inherit((await listSegments(dir)).map(name => new Segment(name, 0)));
    await append(journal, 'm');
    await journal.close(true);
    assert.deepEqual(await contents(dir), []);
    assert.equal(readdirSync(dir).length, 1);
  });

  it('leads another shard’s journal after it was told to', async t => {
    const dir = folder(t);
    await using mine = openJournal(dir, 0);
    await using other = openJournal(dir, 1);
    const first = await append(mine, 'a');
    const second = await append(other, 'b');
    assert.ok(second.position > first.position);
    mine.lead();
    assert.ok((await append(mine, 'c')).position > second.position);
    const segments = mine.segments.length;
    mine.lead();
    await append(mine, 'd');
    assert.equal(mine.segments.length, segments);
  });

  it('is bounded', async t => {
    await using journal = openJournal(folder(t), 0, 10_000);
    await append(journal, 'a', 10_000);
    await assert.rejects(append(journal, 'b'), { code: 'STORE_FULL' });
  });

  it('what a write left unfinished is not there; what was damaged before it is told', async t => {
    const dir = folder(t);
    const journal = openJournal(dir);
    await append(journal, 'a');
    await append(journal, 'b');
    await append(journal, 'c');
    await journal.close(false);
    const [name] = await listSegments(dir);
    assert.ok(name);
    const path = join(dir, segmentFileName(name));
    appendFileSync(path, readFileSync(path).subarray(60, 200));
    const torn = await readSegment(path, name.salt);
    assert.deepEqual([torn.records.length, torn.damages.length, torn.cut?.bytes.length], [3, 0, 140]);
    const bytes = readFileSync(path);
    bytes[100] = 255 - (bytes[100] ?? 0);
    writeFileSync(path, bytes);
    const damaged = await readSegment(path, name.salt);
    assert.deepEqual([damaged.records.length, damaged.damages.length], [2, 1]);
  });

  it('what is damaged inside the last write is told, and what is whole behind it is there', async t => {
    const dir = folder(t);
    const journal = openJournal(dir);
    await append(journal, 'first');
    // Of those that wait while one is written, one write is made.
    await Promise.all(['a', 'b', 'c', 'd'].map(text => append(journal, text)));
    await journal.close(false);
    const [name] = await listSegments(dir);
    assert.ok(name);
    const path = join(dir, segmentFileName(name));
    const whole = await readSegment(path, name.salt);
    const { batch, offset, endOffset } = whole.records.at(-2) ?? assert.fail();
    assert.deepEqual([whole.records.length, whole.damages, whole.cut], [5, [], null]);
    assert.equal(batch, whole.records.at(-1)?.batch);
    const bytes = readFileSync(path);
    bytes.fill('X', offset + 40, offset + 60);
    writeFileSync(path, bytes);
    const { records, damages, cut } = await readSegment(path, name.salt);
    assert.deepEqual([records.length, cut], [4, null]);
    assert.deepEqual(damages, [
      { offset, endOffset, isLastWrite: true, bytes: bytes.subarray(offset, endOffset) },
    ]);
  });

  it('a head that is damaged costs nothing, a newer one is refused', async t => {
    const dir = folder(t);
    const journal = openJournal(dir);
    await append(journal, 'a');
    await journal.close(false);
    const [name] = await listSegments(dir);
    assert.ok(name);
    const path = join(dir, segmentFileName(name));
    const bytes = readFileSync(path);
    writeFileSync(path, Buffer.concat([Buffer.alloc(52), bytes.subarray(52)]));
    assert.equal((await readSegment(path, name.salt)).records.length, 1);
    bytes.writeUInt32LE(3, 8);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 48)), 48);
    writeFileSync(path, bytes);
    await assert.rejects(readSegment(path, name.salt), { code: 'STORE_NEWER' });
  });
});
