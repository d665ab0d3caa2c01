import { mkdir, readdir, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDiskFull } from '../base/disk-error.ts';
import type { TenantUid } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Change } from '../store/change.ts';
import { syncFolder } from '../store/sync-path.ts';
import type { Pending } from './box.ts';
import { Segment } from './journal.ts';
import { type Damage, type FoundRecord, journalOf } from './record.ts';
import {
  bootIdOf,
  type RecordReader,
  readBootId,
  readSegment,
  type SegmentContent,
  type SegmentName,
  segmentFileName,
} from './segment.ts';

/** Of the names of what was cut off segments' ends, which nobody has to look at. */
const cutSuffix = '.cut';
/** So many of them are kept, the newest. */
const maxCuts = 16;

/** A change that an earlier process acknowledged, and may have applied. It is read when it is applied. */
export class Inherited implements Pending {
  readonly journal: string;
  readonly position: number;
  readonly bytes: number;
  readonly keptAtMs: number;
  readonly isInherited = true;
  readonly place = null;
  readonly done = null;
  segment: Segment | null;
  /** Where it is read from, also when it need not be kept there. */
  readonly source: Segment | null;
  readonly #read: () => FoundRecord;

  /** `read` gives the record again. */
  constructor(
    journal: string,
    { position, bytes }: FoundRecord,
    segment: Segment | null,
    keptAtMs: number,
    read: () => FoundRecord,
  ) {
    this.journal = journal;
    this.position = position;
    this.bytes = bytes;
    this.keptAtMs = keptAtMs;
    this.segment = segment;
    this.source = segment;
    this.#read = read;
  }

  get change(): Change {
    return this.#read().change;
  }
}

/** Holds on to nothing of the record: in a function of its own, since closures share what any of them needs. */
function readAgain(
  reader: RecordReader,
  path: string,
  { offset, endOffset }: FoundRecord,
): () => FoundRecord {
  return () => reader.read(path, offset, endOffset);
}

/** What an earlier process left in segments of the journal. */
export class Inheritance {
  readonly #dir: string;
  readonly #log: Logger;
  readonly segments: Segment[] = [];
  /** Changes that may not be applied yet, by tenant, in the order of positions. */
  readonly tails = new Map<TenantUid, Pending[]>();
  /** Tenants whose databases may not be on disk as they are. */
  readonly unsynced = new Set<TenantUid>();
  /** Segments with damaged parts that could not be put aside yet. */
  readonly #owing = new Set<Segment>();
  /** Segments of which all is applied: only whom they touched is not known yet. */
  readonly #unread: Segment[] = [];

  readonly #onNoRoom: (errand: () => Promise<void>) => void;

  /** `onNoRoom` is told what waits for room on the disk. */
  constructor(journalDir: string, log: Logger, onNoRoom: (errand: () => Promise<void>) => void) {
    this.#dir = journalDir;
    this.#log = log;
    this.#onNoRoom = onNoRoom;
  }

  /** Whether parts of a segment are nowhere else. */
  owes(segment: Segment): boolean {
    return this.#owing.has(segment);
  }

  /**
   * Takes a segment in. One whose records were all applied since the machine was started is only noted: see
   * {@link readDone}. With a reader its bytes do not stay in memory: they are read again where they are.
   */
  async take(name: SegmentName, reader: RecordReader | null): Promise<void> {
    const { size } = await stat(this.#path(name));
    const segment = new Segment(name, size);
    this.segments.push(segment);
    if (name.kind === 'end') return;
    if (name.kind === 'done' && (await bootIdOf(this.#path(name))) === readBootId()) {
      segment.unapplied = 1;
      this.#unread.push(segment);
      return;
    }
    const { records } = await this.#read(segment);
    const path = this.#path(name);
    reader?.open(path);
    const keptAtMs = performance.now();
    for (const record of records) {
      const { uid } = record;
      const read = reader ? readAgain(reader, path, record) : () => record;
      segment.unapplied += 1;
      segment.tenants.add(uid);
      this.unsynced.add(uid);
      const tail = this.tails.get(uid) ?? [];
      this.tails.set(uid, tail);
      tail.push(new Inherited(journalOf(name.run, uid), record, segment, keptAtMs, read));
    }
  }

  /** Finds out whom the segments touched that {@link take} did not read. Calls back for each such tenant. */
  async readDone(onTouched: (uid: TenantUid) => void): Promise<void> {
    for (const segment of this.#unread) {
      for (const { uid } of (await this.#read(segment)).records) {
        if (segment.tenants.has(uid)) continue;
        segment.tenants.add(uid);
        this.unsynced.add(uid);
        onTouched(uid);
      }
    }
  }

  /** Whoever {@link readDone} found has been made safe, or is known to whoever frees segments. */
  doneIsSafe(): void {
    for (const segment of this.#unread.splice(0)) segment.unapplied = 0;
  }

  /** Gives up what is left for a tenant. */
  forget(uid: TenantUid): void {
    for (const { segment } of this.tails.get(uid) ?? []) if (segment) segment.unapplied -= 1;
    this.tails.delete(uid);
    this.unsynced.delete(uid);
  }

  /** The segment is gone: nobody needs what it held. */
  drop(segment: Segment): void {
    this.segments.splice(this.segments.indexOf(segment), 1);
    for (const uid of segment.tenants) {
      const rest = (this.tails.get(uid) ?? []).filter(pending => pending.segment !== segment);
      if (rest.length > 0) this.tails.set(uid, rest);
      else this.tails.delete(uid);
    }
  }

  #path(name: SegmentName): string {
    return join(this.#dir, segmentFileName(name));
  }

  async #read(segment: Segment): Promise<SegmentContent> {
    const { name } = segment;
    const content = await readSegment(this.#path(name), name.salt);
    if (content.cut) await this.#tellCut(segment, content.cut);
    if (content.damages.length > 0) await this.#putAside(segment, content.damages);
    return content;
  }

  /** Nobody has to have it, so that nothing waits for it. */
  async #tellCut(segment: Segment, cut: NonNullable<SegmentContent['cut']>): Promise<void> {
    const { number } = segment.name;
    const bytes = cut.bytes.length;
    const message = `cut ${bytes} bytes at the end of the journal's segment ${number}: a write that had not come to its end`;
    if (cut.bytes.every(byte => byte === 0)) return this.#log.info({ segment: number, bytes }, message);
    try {
      const aside = await this.#write(segment, [cut], cutSuffix);
      this.#log.info({ segment: number, bytes, aside }, message);
      await this.#removeOldCuts(aside);
    } catch (error) {
      this.#log.info({ segment: number, bytes, notKept: (error as Error).message }, message);
    }
  }

  /** Every process that is killed may leave one. */
  async #removeOldCuts(dir: string): Promise<void> {
    const names = (await readdir(dir)).filter(name => name.endsWith(cutSuffix));
    const numberOf = (name: string) => Number.parseInt(name, 10);
    const old = names.sort((a, b) => numberOf(b) - numberOf(a)).slice(maxCuts);
    // Another shard may be quicker.
    for (const name of old) await rm(join(dir, name), { force: true });
  }

  /** Where that is not possible the damaged parts stay where they are, and the segment with them. */
  async #putAside(segment: Segment, damages: SegmentContent['damages']): Promise<void> {
    const told = {
      segment: segment.name.number,
      bytes: damages.reduce((sum, part) => sum + part.bytes.length, 0),
    };
    const isLastWrite = damages.every(part => part.isLastWrite);
    try {
      const aside = await this.#write(segment, damages);
      if (isLastWrite) {
        const message = `a part of the journal's last write is damaged, or the power went while it was written`;
        this.#log.warn({ ...told, aside }, message);
      } else this.#log.error({ ...told, aside }, 'a part of the journal is damaged');
    } catch (error) {
      const why = (error as Error).message;
      this.#log.error({ ...told, why }, 'a part of the journal is damaged, and cannot be put aside');
      segment.unapplied += 1;
      this.#owing.add(segment);
      // What has another reason is for a person, and for the next start.
      if (isDiskFull(error)) this.#onNoRoom(() => this.#putAsideLater(segment));
    }
  }

  async #putAsideLater(segment: Segment): Promise<void> {
    await this.#write(segment, (await readSegment(this.#path(segment.name), segment.name.salt)).damages);
    segment.unapplied -= 1;
    this.#owing.delete(segment);
  }

  /** Resolves to the folder when they are on disk. */
  async #write(
    { name }: Segment,
    parts: readonly (Damage & { readonly bytes: Buffer })[],
    suffix = '',
  ): Promise<string> {
    const dir = join(this.#dir, 'damaged');
    await mkdir(dir, { recursive: true, mode: 0o700 });
    for (const { offset, bytes } of parts) {
      const path = join(dir, `${name.number}-${offset}${suffix}`);
      // Other shards may be about to do the same.
      const part = `${path}-${process.pid}`;
      try {
        await writeFile(part, bytes, { mode: 0o600, flush: true });
        await rename(part, path);
      } catch (error) {
        await unlink(part).catch(() => {});
        throw error;
      }
    }
    await syncFolder(dir);
    return dir;
  }
}
