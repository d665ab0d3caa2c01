import { randomBytes } from 'node:crypto';
import { constants, type FileHandle, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDiskFull } from '../base/disk-error.ts';
import { MpctlError } from '../base/error.ts';
import type { ShardIndex, TenantUid } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Change } from '../store/change.ts';
import { syncFolder } from '../store/sync-path.ts';
import { Gathering } from './gathering.ts';
import { encodeRecord, type JournalRecord } from './record.ts';
import {
  encodeSegmentHead,
  hasPlace,
  listSegments,
  positionOf,
  readBootId,
  type SegmentName,
  segmentFileName,
  segmentHeadBytes,
  segmentNumberOf,
} from './segment.ts';

/** One write and its sync take no more, so that who comes next need not wait long. */
const batchBytes = 2 * 1024 * 1024;

/** A write resolves when it is as safe as `fdatasync` would make it. Not every system has the flag. */
const { O_WRONLY, O_CREAT, O_EXCL, O_APPEND, O_DSYNC = constants.O_SYNC } = constants;
const syncedAppend = O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_DSYNC;

export type JournalOptions = {
  /** Folder of the journals of all shards. */
  readonly dir: string;
  readonly shard: ShardIndex;
  /** Of all segments together; what would come beyond is refused. */
  readonly maxBytes: number;
  /** A segment that is longer gets a successor. */
  readonly segmentBytes: number;
  readonly log: Logger;
};

/** A change on its way to disk. */
export type Entry = {
  readonly uid: TenantUid;
  readonly change: Change;
  /** About what it takes in the journal and in memory. */
  readonly bytes: number;
  /** Called once, in the order of positions: with its place when it is safe, else with why it is not. */
  done(error: MpctlError | null, place: Place | null): void;
};

export type Place = {
  readonly segment: Segment;
  readonly position: number;
  /** Where in the segment its record begins and ends. */
  readonly offset: number;
  readonly endOffset: number;
};

/** A file of the journal and what keeps it from being freed. */
export class Segment {
  name: SegmentName;
  bytes: number;
  /** Records that are not in their databases yet. */
  unapplied = 0;
  /** Whose databases must be synced before the segment can go. */
  readonly tenants = new Set<TenantUid>();

  constructor(name: SegmentName, bytes: number) {
    this.name = name;
    this.bytes = bytes;
  }
}

/**
 * What a shard has acknowledged: changes of all its tenants in one sequence of files, one sync for all who wait. An
 * entry that failed leaves no trace; after a failed sync its segment is not written again, and what comes goes to a new one.
 */
export class Journal implements AsyncDisposable {
  /** Names this process among all that ever wrote a journal. */
  readonly run = randomBytes(8).toString('hex');
  readonly #dir: string;
  readonly #shard: ShardIndex;
  readonly #log: Logger;
  readonly #maxBytes: number;
  readonly #segmentBytes: number;
  readonly #bootId = readBootId();
  readonly #gathering = new Gathering(() => void this.#flush());
  #waiting: Entry[] = [];
  #isFlushing = false;
  #isClosed = false;
  #idle: (() => void)[] = [];
  #active: { readonly segment: Segment; readonly handle: FileHandle; batch: number; index: number } | null =
    null;
  #mustLead = true;
  /** Numbers of segments must be above it. */
  #floor = 0;
  #segments: Segment[] = [];
  #fault: string | null = null;

  constructor(options: JournalOptions) {
    this.#dir = options.dir;
    this.#shard = options.shard;
    this.#maxBytes = options.maxBytes;
    this.#segmentBytes = options.segmentBytes;
    this.#log = options.log;
  }

  /** All segments of this shard, oldest first; the last may be the one that is written. */
  get segments(): readonly Segment[] {
    return this.#segments;
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Why the journal is not to be trusted fully any more since the shard started; null when it is. */
  get fault(): string | null {
    return this.#fault;
  }

  isActive(segment: Segment): boolean {
    return this.#active?.segment === segment;
  }

  path(segment: Segment): string {
    return join(this.#dir, segmentFileName(segment.name));
  }

  /** Takes over what an earlier process of this shard left; before anything is appended. */
  inherit(segments: readonly Segment[]): void {
    this.#segments = [...segments];
  }

  append(entry: Entry): void {
    if (this.#isClosed) {
      entry.done(new MpctlError('STORE_CLOSED', 'the journal is closed'), null);
      return;
    }
    if (this.bytes >= this.#maxBytes) {
      entry.done(new MpctlError('STORE_FULL', 'the journal is full'), null);
      return;
    }
    this.#waiting.push(entry);
    if (!this.#isFlushing) this.#gathering.came(this.#waiting.length);
  }

  /**
   * What is written from now on has positions above all that are in the folder, and above `position`: for a tenant that
   * another shard had, or whose database comes from elsewhere.
   */
  lead(position = 0): void {
    this.#mustLead = true;
    this.#floor = Math.max(this.#floor, segmentNumberOf(position));
  }

  /** Leads where a position is above all of this journal: it comes from another folder, or one that was lost. */
  overtake(position: number): void {
    const newest = this.#segments.at(-1)?.name.number ?? 0;
    if (segmentNumberOf(position) > newest) this.lead(position);
  }

  async #flush(): Promise<void> {
    this.#isFlushing = true;
    const entries = this.#take();
    try {
      const places = await this.#write(entries);
      for (const [i, entry] of entries.entries()) {
        const place = places[i] as Place | MpctlError;
        if (place instanceof MpctlError) entry.done(place, null);
        else entry.done(null, place);
      }
    } catch (error) {
      const failure = await this.#abandonSegment(error as NodeJS.ErrnoException);
      for (const entry of entries) entry.done(failure, null);
    }
    this.#isFlushing = false;
    if (this.#waiting.length === 0) for (const done of this.#idle.splice(0)) done();
    this.#gathering.served(entries.length, this.#waiting.length);
  }

  #take(): readonly Entry[] {
    let [count, bytes] = [0, 0];
    for (const entry of this.#waiting) {
      bytes += entry.bytes;
      if (count > 0 && bytes > batchBytes) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** What cannot be written as a record fails alone. */
  async #write(entries: readonly Entry[]): Promise<readonly (Place | MpctlError)[]> {
    const active = await this.#writable(entries.length);
    const { segment, handle } = active;
    active.batch += 1;
    const places: (Place | MpctlError)[] = [];
    const pieces: Buffer[] = [];
    let end = segment.bytes;
    for (const { uid, change } of entries) {
      const position = positionOf(segment.name.number, active.index);
      const offset = end;
      const encoded = this.#encode({ uid, position, change }, active.batch, segment);
      if (encoded instanceof MpctlError) {
        places.push(encoded);
        continue;
      }
      for (const piece of encoded) {
        pieces.push(piece);
        end += piece.length;
      }
      active.index += 1;
      places.push({ segment, position, offset, endOffset: end });
    }
    const bytes = end - segment.bytes;
    if (bytes === 0) return places;
    // The file is open for synced writes: one errand to another thread, not two.
    const { bytesWritten } = await handle.writev(pieces);
    if (bytesWritten < bytes) throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
    segment.bytes += bytes;
    return places;
  }

  #encode(record: JournalRecord, batch: number, { name }: Segment): readonly Buffer[] | MpctlError {
    try {
      return encodeRecord(record, batch, name.salt);
    } catch (cause) {
      const { uid, change } = record;
      this.#log.error({ uid, change: change.kind, err: cause }, 'a change cannot be written as a record');
      return new MpctlError('STORE_FAILED', 'it cannot be written into the journal', { cause });
    }
  }

  /** The segment to write to: the one that is open, or a new one. */
  async #writable(records: number) {
    const active = this.#active;
    const isFull =
      active && (active.segment.bytes >= this.#segmentBytes || !hasPlace(active.index + records));
    const isAsked = this.#mustLead;
    // Before looking: who asks meanwhile may mean what it does not see.
    this.#mustLead = false;
    const mustLead = isAsked && (!active || !(await this.#isLeading(active.segment)));
    if (active && !isFull && !mustLead) return active;
    this.#active = null;
    await active?.handle.close();
    this.#active = await this.#create();
    return this.#active;
  }

  async #isLeading({ name }: Segment): Promise<boolean> {
    if (name.number <= this.#floor) return false;
    const names = await listSegments(this.#dir);
    return names.every(
      ({ number, shard }) => number < name.number || (number === name.number && shard === name.shard),
    );
  }

  async #create(kind: 'log' | 'end' = 'log') {
    const made = await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncFolder(dirname(this.#dir));
    const newest = (await listSegments(this.#dir)).at(-1);
    const random = randomBytes(8);
    const name: SegmentName = {
      number: Math.max(newest?.number ?? 0, this.#floor) + 1,
      shard: this.#shard,
      run: this.run,
      salt: { mark: random.readUInt32LE(0), seed: random.readUInt32LE(4) },
      kind,
    };
    const segment = new Segment(name, segmentHeadBytes);
    const path = this.path(segment);
    const handle = await open(path, syncedAppend, 0o600);
    try {
      await handle.write(encodeSegmentHead(this.#bootId));
      await syncFolder(this.#dir);
    } catch (error) {
      await handle.close().catch(() => {});
      await unlink(path).catch(() => {});
      throw error;
    }
    this.#segments.push(segment);
    return { segment, handle, batch: 0, index: 0 };
  }

  /**
   * After a failure nobody knows what of the last write is on disk: it is cut off as well as possible, and the segment
   * is left alone. Returns what to tell those who waited.
   */
  async #abandonSegment(error: NodeJS.ErrnoException): Promise<MpctlError> {
    const active = this.#active;
    this.#active = null;
    if (active) await this.#cut(active.segment, active.handle).catch(() => {});
    if (isDiskFull(error)) return new MpctlError('STORE_FULL', 'no room for the journal', { cause: error });
    this.#fault = `the journal could not be written: ${error.message}`;
    this.#log.error({ err: error, journal: this.#dir }, 'the journal could not be written');
    return new MpctlError('STORE_FAILED', 'the journal could not be written', { cause: error });
  }

  async #cut(segment: Segment, handle: FileHandle): Promise<void> {
    await using _ = handle;
    await handle.truncate(segment.bytes);
    await handle.datasync();
    if (segment.bytes > segmentHeadBytes) return;
    this.#segments = this.#segments.filter(other => other !== segment);
    await unlink(this.path(segment));
  }

  /** Notes that nothing of a segment has to be applied any more, for a successor after a crash. */
  async markDone(segment: Segment): Promise<void> {
    const from = this.path(segment);
    segment.name = { ...segment.name, kind: 'done' };
    await rename(from, this.path(segment));
  }

  /**
   * Removes the oldest segments, up to this one: whatever was in them is safe elsewhere. The newest stays: without it
   * numbers would begin anew, and say nothing of the order any more.
   */
  async free(segment: Segment): Promise<void> {
    // It may be gone: one to which nothing could be written is removed while others are made safe.
    while (this.#segments.length > 1 && this.#segments.includes(segment)) {
      const oldest = this.#segments.shift() as Segment;
      await unlink(this.path(oldest));
    }
  }

  /**
   * Closes the journal when nobody waits any more. When what was applied is safe (`isSafe`) and all that is in it was, an
   * empty segment is all that stays, so that the next one's number is higher.
   */
  async close(isSafe: boolean): Promise<void> {
    this.#isClosed = true;
    if (this.#isFlushing || this.#waiting.length > 0) await new Promise<void>(done => this.#idle.push(done));
    const active = this.#active;
    this.#active = null;
    await active?.handle.close();
    const newest = this.#segments.at(-1);
    if (!isSafe || !newest || this.#segments.some(({ unapplied }) => unapplied > 0)) return;
    try {
      const { handle } = await this.#create('end');
      await handle.close();
    } catch (error) {
      // No room, most likely: what is there says as much, and is read again by the next process.
      this.#log.warn({ error: (error as Error).message }, 'the journal keeps what it need not');
      return;
    }
    await this.free(newest);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(false);
  }
}
