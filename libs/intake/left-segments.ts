import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TenantUid } from '../base/ids.ts';
import type { Pending } from './box.ts';
import type { Inheritance } from './inheritance.ts';
import type { TenantDirs } from './intake-options.ts';
import type { Segment } from './journal.ts';
import { RecordReader, type SegmentName, segmentFileName } from './segment.ts';

/** Below it a folder for each segment, with an empty file for each tenant whose changes are safe elsewhere. */
const notesFolder = 'left';

export type LeftSegmentsOptions = {
  readonly journalDir: string;
  readonly inheritance: Inheritance;
  /** Looks for the folders of all tenants, wherever they are hosted; null: nobody is known to be gone. */
  readonly tenantDirs: (() => TenantDirs) | null;
  /** How often it looks for them. */
  readonly lookMs: number;
};

/**
 * What a start could not take in, of all tenants: a shard that hosts one has it among its own. Each notes whose changes
 * are safe by now; who finds that all are, or nobody's any more, removes the segment.
 */
export class LeftSegments implements Disposable {
  readonly #options: LeftSegmentsOptions;
  readonly #reader = new RecordReader();
  /** Tenants of this shard, now or before. */
  readonly #given = new Set<TenantUid>();
  /** Segments that are removed, and that somebody may still read from. */
  #removed: Segment[] = [];
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  /** Tenants that had no folder at the last look. */
  #gone: ReadonlySet<TenantUid> = new Set();

  constructor(options: LeftSegmentsOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#inheritance.segments.length === 0 && this.#removed.length === 0;
  }

  tenants(): Iterable<TenantUid> {
    return this.#inheritance.tails.keys();
  }

  take(name: SegmentName): Promise<void> {
    return this.#inheritance.take(name, this.#reader);
  }

  /** What is left for a tenant. It stays there until it is safe: the tenant may go to another shard and come back. */
  of(uid: TenantUid): readonly Pending[] {
    const tail = this.#inheritance.tails.get(uid) ?? [];
    if (tail.length === 0) return tail;
    this.#given.add(uid);
    const isNeeded = (segment: Segment) =>
      existsSync(this.#path(segment)) && !existsSync(join(this.#notesOf(segment), uid));
    const needed = new Set<Segment | null>(this.#inheritance.segments.filter(isNeeded));
    return tail.filter(({ segment }) => needed.has(segment));
  }

  /**
   * Notes which tenants need a segment no more, and removes it when none does. `isSafe` makes sure of it for a tenant of
   * this shard; false: not yet. `isRead`: whether a change that waits in memory is read from it.
   */
  async sweep(
    isSafe: (uid: TenantUid, segment: Segment) => Promise<boolean>,
    isRead: (segment: Segment) => boolean,
  ): Promise<void> {
    for (const segment of this.#removed) if (!isRead(segment)) this.#reader.close(this.#path(segment));
    this.#removed = this.#removed.filter(isRead);
    for (const segment of [...this.#inheritance.segments]) {
      if (!existsSync(this.#path(segment))) this.#forget(segment);
      else {
        // Most likely there is no room, which whoever needs some tells: the next look tries again.
        const isDone = await this.#isDone(segment, isSafe).catch(() => false);
        if (isDone) await this.#remove(segment);
      }
    }
  }

  async #isDone(
    segment: Segment,
    isSafe: (uid: TenantUid, segment: Segment) => Promise<boolean>,
  ): Promise<boolean> {
    const notes = this.#notesOf(segment);
    const noted = new Set(await readdir(notes).catch(() => []));
    const waiting = [...segment.tenants].filter(uid => !noted.has(uid));
    const others: TenantUid[] = [];
    for (const uid of waiting) {
      if (!this.#given.has(uid) || !(await isSafe(uid, segment))) others.push(uid);
      else {
        await mkdir(notes, { recursive: true, mode: 0o700 });
        await writeFile(join(notes, uid), '', { mode: 0o600 });
      }
    }
    return !this.#inheritance.owes(segment) && (others.length === 0 || this.#areGone(others));
  }

  /** Looked at twice: a folder may be on its way from one name to another. */
  #areGone(tenants: readonly TenantUid[]): boolean {
    const { tenantDirs, lookMs } = this.#options;
    const nowMs = performance.now();
    if (!tenantDirs || nowMs < this.#lookedAtMs + lookMs) return false;
    this.#lookedAtMs = nowMs;
    const dirOf = tenantDirs();
    const before = this.#gone;
    this.#gone = new Set(tenants.filter(uid => dirOf(uid) === null));
    return tenants.every(uid => this.#gone.has(uid) && before.has(uid));
  }

  async #remove(segment: Segment): Promise<void> {
    // Another shard may have been quicker.
    await unlink(this.#path(segment)).catch(() => {});
    await rm(this.#notesOf(segment), { recursive: true, force: true });
    this.#forget(segment);
  }

  #forget(segment: Segment): void {
    this.#inheritance.drop(segment);
    this.#removed.push(segment);
  }

  get #inheritance(): Inheritance {
    return this.#options.inheritance;
  }

  #path({ name }: Segment): string {
    return join(this.#options.journalDir, segmentFileName(name));
  }

  #notesOf({ name }: Segment): string {
    return join(this.#options.journalDir, notesFolder, segmentFileName(name));
  }

  [Symbol.dispose](): void {
    this.#reader[Symbol.dispose]();
  }
}

/** Removes what was noted of segments that are not there any more. */
export async function removeNotes(journalDir: string): Promise<void> {
  await rm(join(journalDir, notesFolder), { recursive: true, force: true });
}
