import type { TenantUid } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import { writeAside } from './aside.ts';
import type { Box, Pending } from './box.ts';
import { Inherited } from './inheritance.ts';
import type { Journal, Segment } from './journal.ts';
import type { LeftSegments } from './left-segments.ts';
import type { OpenFiles } from './open-files.ts';
import { journalOf } from './record.ts';
import type { Reserve } from './reserve.ts';
import { readSegment } from './segment.ts';

/** Segments are freed several at once, from this share of the journal's bound: each time all databases they touch are synced. */
const freeFromShare = 0.4;

/**
 * Frees what the journal need not keep: the oldest segments whose records have all been applied, after the databases
 * that they touched have been synced. Changes of a tenant that cannot be applied are put into its own folder, so that
 * the journal does not grow for the sake of one.
 */
export class Reclaimer {
  readonly #journal: Journal;
  readonly #files: OpenFiles;
  readonly #boxes: ReadonlyMap<TenantUid, Box>;
  readonly #reserve: Reserve;
  readonly #left: LeftSegments;
  readonly #maxBytes: number;
  readonly #everyMs: number;
  readonly #onFailure: (box: Box, error: unknown) => void;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: {
    journal: Journal;
    files: OpenFiles;
    boxes: ReadonlyMap<TenantUid, Box>;
    reserve: Reserve;
    left: LeftSegments;
    maxBytes: number;
    /** How often it looks; ten times as often when the journal has grown. */
    everyMs: number;
    /** Told of a mailbox that could not be made safe. */
    onFailure: (box: Box, error: unknown) => void;
    log: Logger;
  }) {
    this.#onFailure = options.onFailure;
    this.#journal = options.journal;
    this.#files = options.files;
    this.#boxes = options.boxes;
    this.#reserve = options.reserve;
    this.#left = options.left;
    this.#maxBytes = options.maxBytes;
    this.#everyMs = options.everyMs;
    this.#log = options.log;
  }

  /** Something was written: look after the journal as long as there is something to free. */
  wake(): void {
    if (this.#isStopped) return;
    const look = () => {
      this.#looking = this.#look();
    };
    this.#timer ??= setTimeout(look, this.#mustFree ? this.#everyMs / 10 : this.#everyMs).unref();
  }

  get #mustFree(): boolean {
    return this.#journal.bytes >= this.#maxBytes * freeFromShare;
  }

  /** Begins nothing any more. Resolves when nobody works on the journal's files: who closes it renames and removes them, too. */
  async stop(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#isStopped = true;
    await this.#looking;
  }

  async #look(): Promise<void> {
    try {
      await this.#step();
    } catch (error) {
      this.#log.warn({ err: error }, 'the journal could not be freed');
    }
    this.#timer = null;
    if (this.#journal.segments.length > 1 || !this.#left.isEmpty) this.wake();
  }

  async #step(): Promise<void> {
    await this.#reserve.keep();
    await this.#left.sweep(
      (uid, segment) => this.#isDone(uid, segment),
      segment => this.#isRead(segment),
    );
    for (const segment of this.#sealed()) {
      if (segment.unapplied === 0 && segment.name.kind === 'log') await this.#journal.markDone(segment);
    }
    // Where no file is open, all have been synced: then it costs nothing.
    if (!this.#mustFree && this.#files.count > 0) return;
    await this.#putAsideWhatIsStuck();
    await this.#freeApplied();
  }

  /** Syncs what the leading segments without unapplied records touched, then removes them. */
  async #freeApplied(): Promise<void> {
    const sealed = this.#sealed();
    const end = sealed.findIndex(({ unapplied }) => unapplied > 0);
    const free = end < 0 ? sealed : sealed.slice(0, end);
    const last = free.at(-1);
    if (!last) return;
    const tenants = new Set(free.flatMap(({ tenants }) => [...tenants]));
    for (const uid of tenants) {
      const box = this.#boxes.get(uid);
      if (box && !(await this.#sync(box))) for (const segment of free) await this.#copyAside(box, segment);
    }
    await this.#journal.free(last);
  }

  #sealed(): readonly Segment[] {
    return this.#journal.segments.filter(segment => !this.#journal.isActive(segment));
  }

  /** Resolves to whether what was applied is safe. A mailbox that is closed was synced when it was closed. */
  async #sync(box: Box): Promise<boolean> {
    if (box.failure && (box.isSuspect || box.failure.code === 'STORE_CORRUPT')) return false;
    try {
      await this.#files.sync(box);
      return true;
    } catch (error) {
      this.#onFailure(box, error);
      return false;
    }
  }

  /** Copies what a segment holds of a box into its folder, applied or not. */
  async #copyAside(box: Box, segment: Segment): Promise<void> {
    const { uid, dir } = box;
    if (!segment.tenants.has(uid)) return;
    const { records } = await readSegment(this.#journal.path(segment), segment.name.salt);
    await writeAside(
      uid,
      dir,
      records
        .filter(record => record.uid === uid)
        .map(({ position, change }) => ({ journal: journalOf(segment.name.run, uid), position, change })),
    );
    box.hasAside = true;
  }

  /** Resolves to whether a tenant of this shard needs a segment no more that a start left. */
  async #isDone(uid: TenantUid, segment: Segment): Promise<boolean> {
    const box = this.#boxes.get(uid);
    // Whose box is gone was let go of, or closed with nothing left to do.
    if (!box) return true;
    const isNeeded = () => box.tail.some(pending => pending.segment === segment);
    if (isNeeded() && box.failure) await this.putAside(box);
    if (isNeeded()) return false;
    if (!(await this.#sync(box))) await this.#copyAside(box, segment);
    return true;
  }

  #isRead(segment: Segment): boolean {
    const isFrom = (pending: Pending) => pending instanceof Inherited && pending.source === segment;
    return [...this.#boxes.values()].some(({ tail }) => tail.some(isFrom));
  }

  /** Leaves nothing of a box to this journal: for one that is let go of though it could not be made safe. */
  async leave(box: Box): Promise<void> {
    for (const segment of this.#journal.segments) await this.#copyAside(box, segment);
    await this.putAside(box);
  }

  async #putAsideWhatIsStuck(): Promise<void> {
    const [oldest] = this.#journal.segments;
    for (const box of this.#boxes.values()) {
      if (box.failure && box.tail[0]?.segment === oldest) await this.putAside(box);
    }
  }

  /** Puts the tail of a box into its folder, so that no segment has to be kept for it. */
  async putAside(box: Box): Promise<void> {
    const tail = [...box.tail];
    if (tail.length === 0) return;
    await writeAside(box.uid, box.dir, tail);
    box.hasAside = true;
    for (const pending of tail) {
      // It may have been applied while it was written.
      if (pending.segment && box.tail.includes(pending)) pending.segment.unapplied -= 1;
      pending.segment = null;
    }
  }
}
