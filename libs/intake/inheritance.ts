import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TenantUid } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Change } from '../store/change.ts';
import type { Pending } from './box.ts';
import { Segment } from './journal.ts';
import { type FoundRecord, journalOf } from './record.ts';
import {
  bootIdOf,
  type RecordReader,
  readBootId,
  readSegment,
  type SegmentContent,
  type SegmentName,
  segmentFileName,
} from './segment.ts';

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
  /** Segments of which all is applied: only whom they touched is not known yet. */
  readonly #unread: Segment[] = [];

  constructor(journalDir: string, log: Logger) {
    this.#dir = journalDir;
    this.#log = log;
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

  #path(name: SegmentName): string {
    return join(this.#dir, segmentFileName(name));
  }

  async #read({ name }: Segment): Promise<SegmentContent> {
    const content = await readSegment(this.#path(name), name.salt);
    if (content.tornBytes > 0) {
      this.#log.info(
        { segment: name.number, bytes: content.tornBytes },
        'cut a write that was never acknowledged',
      );
    }
    for (const { offset, bytes } of content.damages) {
      const aside = join(this.#dir, 'damaged', `${name.number}-${offset}`);
      await mkdir(join(this.#dir, 'damaged'), { recursive: true, mode: 0o700 });
      await writeFile(aside, bytes, { mode: 0o600 });
      this.#log.error(
        { segment: name.number, bytes: bytes.length, aside },
        'a part of the journal is damaged',
      );
    }
    return content;
  }
}
