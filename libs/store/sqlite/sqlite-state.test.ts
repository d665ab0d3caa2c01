import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { changeArbitrary } from '../change-arbitrary.ts';
import { aMail, noLimits } from '../mail-for-tests.ts';
import type { MailState } from '../mail-state.ts';
import { MemoryState } from '../memory/memory-state.ts';
import { openDatabase } from './open-database.ts';
import { SqliteState } from './sqlite-state.ts';

/** Everything that can be seen of a mailbox. */
async function picture(state: MailState) {
  const rows = await state.list({ start: 0, limit: 0 });
  return {
    counts: state.counts(),
    rows,
    latest: state.find('latest'),
    places: rows.map(({ id, createdAtMs }) => [state.offsetOf(id), state.countAfter(createdAtMs)]),
    times: await state.timeCounts(7),
    tags: state.tags(),
    raws: rows.map(({ id }) => {
      const raw = state.raw(id);
      if (raw?.encoding === 'file') return raw.file;
      return (raw?.encoding === 'zstd' ? zstdDecompressSync(raw.bytes) : raw?.bytes)?.toString();
    }),
    found: await state.match({ terms: [{ kind: 'text', field: 'all', text: 'm1', negated: false }] }),
    tagged: await state.match({ terms: [{ kind: 'tag', name: 'A', negated: true }] }),
  };
}

it('SQLite does what memory does, in pieces of any size and after any failure', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-state-'));
  let run = 0;
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ change: changeArbitrary, steps: fc.integer({ min: 1, max: 4 }), fails: fc.boolean() }),
          {
            minLength: 1,
            maxLength: 40,
          },
        ),
        async plan => {
          const db = await openDatabase(join(dir, `${run++}.db`));
          const state = new SqliteState(db, () => {});
          const model = new MemoryState();
          for (const [index, { change, steps, fails }] of plan.entries()) {
            const placed = { journal: 'j', position: index + 1, change };
            const [expected] = model.apply([placed], () => true);
            let seen: readonly string[] | undefined;
            let step = 0;
            let isToFail = fails;
            while (seen === undefined) {
              try {
                [seen] = state.apply([placed], () => {
                  step += 1;
                  if (isToFail && step % steps === 0) {
                    isToFail = false;
                    throw new Error('the disk');
                  }
                  return step % steps === 0;
                });
              } catch (error) {
                assert.equal((error as Error).message, 'the disk');
              }
            }
            assert.deepEqual(state.last, { journal: 'j', position: index + 1 });
            // After a failure the pieces that were in already are not told again.
            if (!fails) assert.deepEqual(seen.toSorted(), expected?.toSorted());
          }
          assert.deepEqual(await picture(state), await picture(model));
          const again = new SqliteState(db, () => {});
          assert.deepEqual([again.last, again.counts()], [state.last, state.counts()]);
          assert.equal(orphans(db), 0);
          db.close();
        },
      ),
      { numRuns: process.env.MPCTL_SOAK ? 3000 : 150 },
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
});

/** Rows that belong to no mail, and tags whose count is wrong. */
function orphans(db: Database.Database): unknown {
  return db
    .prepare(
      `SELECT (SELECT count(*) FROM text WHERE number NOT IN (SELECT number FROM mail))
        + (SELECT count(*) FROM raw WHERE number NOT IN (SELECT number FROM mail))
        + (SELECT count(*) FROM mail_tag WHERE number NOT IN (SELECT number FROM mail))
        + (SELECT count(*) FROM tag WHERE count <> (SELECT count(*) FROM mail_tag t WHERE t.folded = tag.folded))
        + (SELECT count(*) FROM mail_tag WHERE folded NOT IN (SELECT folded FROM tag))`,
    )
    .pluck()
    .get();
}

it('a file of another program is refused', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-state-'));
  const other = new Database(join(dir, 'mail.db'));
  other.pragma('user_version = 99');
  other.close();
  await assert.rejects(openDatabase(join(dir, 'mail.db')), { code: 'STORE_NEWER' });
  rmSync(dir, { recursive: true });
});

it('a search looks through long texts in small pieces, between which others run', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-state-'));
  const db = await openDatabase(join(dir, 'mail.db'));
  try {
    const state = new SqliteState(db, () => {});
    const text = 'words that nobody looks for '.repeat(5000);
    // The newest are short, so that the pieces are large when the search comes to the long ones.
    for (let i = 1; i <= 1000; i++) {
      const mail = aMail(`m${i}`, { text: i <= 50 ? text : 'short', createdAtMs: i });
      state.apply(
        [{ journal: '', position: i, change: { kind: 'mail', ...mail, retention: noLimits, atMs: 0 } }],
        () => false,
      );
    }
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    count();
    const query = { terms: [{ kind: 'text', field: 'all', text: 'zebra', negated: true } as const] };
    const { rows, total } = await state.search({ query, start: 990, limit: 20, count: true });
    isOver = true;
    assert.equal(total, 1000);
    assert.deepEqual(
      rows.map(({ id }) => id),
      Array.from({ length: 10 }, (_, i) => `m${10 - i}`),
    );
    // 7 MB of them, 256 KiB and one more at a time.
    assert.ok(turns > 15, `${turns} turns`);
  } finally {
    db.close();
    rmSync(dir, { recursive: true });
  }
});
