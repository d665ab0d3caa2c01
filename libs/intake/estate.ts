import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShardIndex, TenantUid } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Applier } from './applier.ts';
import { writeAside } from './aside.ts';
import type { Box } from './box.ts';
import type { Inheritance } from './inheritance.ts';
import type { TenantDirs } from './intake-options.ts';
import type { Journal } from './journal.ts';
import type { LeftSegments } from './left-segments.ts';
import type { OpenFiles } from './open-files.ts';
import { listSegments, RecordReader } from './segment.ts';

export type EstateOptions = {
  readonly journalDir: string;
  readonly shard: ShardIndex;
  readonly log: Logger;
  readonly journal: Journal;
  readonly files: OpenFiles;
  readonly applier: Applier;
  readonly inheritance: Inheritance;
  readonly left: LeftSegments;
  readonly boxes: ReadonlyMap<TenantUid, Box>;
  /** Makes a box, with what was left for it. */
  readonly add: (uid: TenantUid, dir: string) => Box;
  /** Resolves when the tail of a box is in its database, or safe in its folder. */
  readonly drain: (box: Box) => Promise<void>;
  /** Resolves to whether nothing has to be kept of a box. */
  readonly letGo: (box: Box) => Promise<boolean>;
  readonly forgetIdle: (box: Box) => void;
  readonly drop: (box: Box) => void;
};

/** What earlier processes left in the journals, and how it comes to its tenants. */
export class Estate {
  readonly #options: EstateOptions;
  readonly #inheritance: Inheritance;
  readonly #left: LeftSegments;
  #settling: Promise<void> = Promise.resolve();

  constructor(options: EstateOptions) {
    this.#options = options;
    this.#inheritance = options.inheritance;
    this.#left = options.left;
  }

  /** Resolves when it is known what there is of a tenant. */
  get settled(): Promise<void> {
    return this.#settling;
  }

  /** Finds what an earlier process of this shard left. Resolves to whether there is something. */
  async inherit(): Promise<boolean> {
    const { journalDir, shard, journal } = this.#options;
    const all = await listSegments(journalDir);
    const names = all.filter(name => name.shard === shard && name.kind !== 'left');
    for (const name of names) await this.#inheritance.take(name, null);
    for (const name of all) if (name.kind === 'left') await this.#left.take(name);
    journal.inherit(this.#inheritance.segments);
    return names.length > 0 || !this.#left.isEmpty;
  }

  /** Gives a box what was left for it. */
  bequeath(box: Box): void {
    const { uid } = box;
    if (this.#inheritance.unsynced.has(uid)) box.isUnsynced = true;
    this.#options.applier.merge(box, [...this.#left.of(uid), ...(this.#inheritance.tails.get(uid) ?? [])]);
    this.#inheritance.tails.delete(uid);
  }

  /**
   * Finishes what an earlier process of this shard left for the tenants for whom `dirOf` knows a folder. Of all others it
   * had let go, so that what it left of them is safe; another shard may have them open.
   */
  settle(dirOf: TenantDirs): Promise<void> {
    this.#settling = this.#settleAll(dirOf);
    return this.#settling;
  }

  async #settleAll(dirOf: TenantDirs): Promise<void> {
    const { boxes, letGo, drop, add } = this.#options;
    const tenants = [...this.#inheritance.tails.keys()];
    const isHere = (uid: TenantUid) => boxes.has(uid) || dirOf(uid) !== null;
    for (const uid of tenants) if (!isHere(uid)) this.#inheritance.forget(uid);
    await this.#apply(tenants.filter(isHere), dirOf);
    for (const uid of tenants) {
      const box = boxes.get(uid);
      // Of one that cannot be let go of, the mail is taken in when that is possible.
      if (box && !box.closeHandle && (await letGo(box)) && !box.closeHandle) drop(box);
    }
    for (const uid of [...this.#left.tenants()]) {
      const dir = boxes.has(uid) ? null : dirOf(uid);
      if (dir !== null) add(uid, dir);
    }
    await this.#sync(dirOf);
  }

  /** Takes in what is in the journals of all shards, a tenant at a time: its file is opened once. */
  async replay(dirOf: TenantDirs): Promise<void> {
    const { journalDir, journal } = this.#options;
    using reader = new RecordReader();
    for (const name of await listSegments(journalDir)) await this.#inheritance.take(name, reader);
    await this.#apply([...this.#inheritance.tails.keys()], dirOf);
    journal.inherit(this.#inheritance.segments);
    await this.#sync(dirOf);
  }

  async #apply(tenants: readonly TenantUid[], dirOf: TenantDirs): Promise<void> {
    const { boxes, add, drain } = this.#options;
    await Promise.all(
      tenants.map(async uid => {
        const box = boxes.get(uid);
        const dir = box?.dir ?? dirOf(uid);
        if (dir === null) return this.#keepStray(uid);
        if (box) this.bequeath(box);
        await drain(box ?? add(uid, dir));
      }),
    );
  }

  /** Of a tenant that was purged, or that nobody knows for another reason: only a person can tell, so it is kept. */
  async #keepStray(uid: TenantUid): Promise<void> {
    const { journalDir, log } = this.#options;
    const tail = this.#inheritance.tails.get(uid) ?? [];
    const dir = join(journalDir, 'stray', uid);
    try {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      await writeAside(uid, dir, tail);
    } catch (error) {
      // No room, most likely: it stays in the journal, and the others need not wait for the next start.
      log.warn(
        { uid, error: (error as Error).message },
        'changes of a tenant that is not known wait in the journal',
      );
      return;
    }
    for (const { segment } of tail) if (segment) segment.unapplied -= 1;
    this.#inheritance.tails.delete(uid);
    const message =
      'kept changes of a tenant that is not known: moved into the folder of one, they come back with it';
    log.error({ uid, changes: tail.length, dir }, message);
  }

  async #sync(dirOf: TenantDirs): Promise<void> {
    const { boxes, files, add, forgetIdle } = this.#options;
    await this.#inheritance.readDone(uid => {
      const box = boxes.get(uid);
      if (box) box.isUnsynced = true;
    });
    for (const uid of this.#inheritance.unsynced) {
      const dir = boxes.has(uid) ? null : dirOf(uid);
      if (dir === null) continue;
      const box = add(uid, dir);
      await files.sync(box);
      forgetIdle(box);
    }
    this.#inheritance.doneIsSafe();
  }
}
