import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseTenantUid, type TenantUid } from '../base/ids.ts';
import { silentLogger } from '../base/log.ts';
import { aMail, noLimits } from '../store/mail-for-tests.ts';
import { Inheritance } from './inheritance.ts';
import { Journal, type Place, type Segment } from './journal.ts';
import { LeftSegments } from './left-segments.ts';
import { OpenFiles } from './open-files.ts';
import { Reclaimer } from './reclaimer.ts';
import { Reserve } from './reserve.ts';

const uid = parseTenantUid('00000000000000aa') as TenantUid;

/** A journal on a disk that takes its time for a rename. */
class SlowJournal extends Journal {
  readonly asked = Promise.withResolvers<void>();
  readonly renames = Promise.withResolvers<void>();

  override async markDone(segment: Segment): Promise<void> {
    this.asked.resolve();
    await this.renames.promise;
    await super.markDone(segment);
  }
}

const append = (journal: Journal, id: string) =>
  new Promise<Place>((resolve, reject) => {
    journal.append({
      uid,
      change: { kind: 'mail', ...aMail(id, { raw: Buffer.alloc(1000) }), retention: noLimits, atMs: 0 },
      bytes: 1000,
      done: (error, place) => (place ? resolve(place) : reject(error)),
    });
  });

it('stops when nobody works on the files of the journal any more, which is closed then', async t => {
  const root = mkdtempSync(join(tmpdir(), 'mpctl-reclaimer-'));
  t.after(() => rmSync(root, { recursive: true }));
  const dir = join(root, 'journal');
  const log = silentLogger;
  const journal = new SlowJournal({ dir, shard: 0, maxBytes: 1e9, segmentBytes: 1000, log });
  for (const id of ['a', 'b']) await append(journal, id);
  const unused = { open: () => assert.fail(), onClosed: async () => {}, onFailure: () => {} };
  const reclaimer = new Reclaimer({
    journal,
    files: new OpenFiles({ ...unused, maxOpen: 1, idleMs: 1000, isHurried: () => false }),
    boxes: new Map(),
    reserve: new Reserve(join(root, 'reserve'), 0),
    left: new LeftSegments({
      journalDir: dir,
      inheritance: new Inheritance(dir, log, () => {}),
      tenantDirs: null,
      lookMs: 1,
    }),
    maxBytes: 1e9,
    everyMs: 1,
    onFailure: () => {},
    log,
  });
  reclaimer.wake();
  await journal.asked.promise;
  let isStopped = false;
  const stopped = Promise.resolve(reclaimer.stop()).then(() => {
    isStopped = true;
  });
  for (let i = 0; i < 10; i++) await nextTurn();
  assert.equal(isStopped, false);
  journal.renames.resolve();
  await stopped;
  await journal.close(true);
  assert.deepEqual(
    readdirSync(dir).map(name => name.split('.')[1]),
    ['end'],
  );
});
