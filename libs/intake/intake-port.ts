import type { Readable } from 'node:stream';
import { zstdDecompressSync } from 'node:zlib';
import { MpctlError } from '../base/error.ts';
import { type Change, mailOf } from '../store/change.ts';
import type { KeptRaw, MailState } from '../store/mail-state.ts';
import type { MailStatePort } from '../store/mailbox.ts';
import { emptyState } from '../store/open-store.ts';
import type { ByteSpan } from '../store/store.ts';
import { streamSpan } from '../store/stream-span.ts';
import type { Applier } from './applier.ts';
import type { Box, Pending } from './box.ts';
import type { Journal } from './journal.ts';
import type { OpenFiles } from './open-files.ts';
import { journalOf } from './record.ts';
import { makesRoom, type Reserve } from './reserve.ts';
import type { Spool } from './spool.ts';
import type { TailRoom } from './tail-room.ts';

/** The parts of the intake that a mailbox goes through. */
export type IntakeParts = {
  readonly journal: Journal;
  readonly applier: Applier;
  readonly room: TailRoom;
  readonly files: OpenFiles;
  readonly spool: Spool;
  readonly reserve: Reserve;
  /** Called when a change has become safe. */
  readonly onKept: () => void;
};

/** Mail that is longer gets a file of its own. */
const spoolFromBytes = 256 * 1024;
/** A sender waits so long for room before it is told that there is none. */
const roomPatienceMs = 10_000;
/** Shorter raw mail is unpacked on the spot, longer in another thread. */
const unpackOnSpotBytes = 64 * 1024;

/** One mailbox's way through journal, tail and database. */
export class IntakePort implements MailStatePort {
  readonly #box: Box;
  readonly #parts: IntakeParts;
  readonly #journal: string;
  /** Settles when what was begun last is in the tail, or has failed. */
  #begun: Promise<unknown> = Promise.resolve();
  /** Changes that were begun and are not in the tail yet. */
  #underWay = 0;
  /** Changes that wait for room. */
  #waiting = 0;
  #isClosing = false;

  constructor(box: Box, parts: IntakeParts) {
    this.#box = box;
    this.#parts = parts;
    this.#journal = journalOf(parts.journal.run, box.uid);
  }

  async keep(change: Change): Promise<void> {
    this.#check(change);
    if (this.#parts.reserve.isGiven) await this.#keepReserve();
    if (!('raw' in change && Buffer.isBuffer(change.raw) && change.raw.length > spoolFromBytes))
      return this.#append(change, null);
    await this.#keepLarge(change.kind === 'arrival' ? mailOf(change) : change);
  }

  async #keepLarge(change: Change & { kind: 'mail' }): Promise<void> {
    const { dir, arriving } = this.#box;
    const { id } = change.row;
    arriving.add(id);
    try {
      const file = await this.#parts.spool.write(dir, id, change.raw as Buffer);
      await this.#append({ ...change, raw: { file } }, null).catch(async error => {
        await this.#parts.spool.remove(dir, file);
        throw error;
      });
    } finally {
      arriving.delete(id);
    }
  }

  /** @throws MpctlError STORE_FULL */
  async #keepReserve(): Promise<void> {
    const { reserve } = this.#parts;
    await reserve.keep();
    if (reserve.isGiven) throw new MpctlError('STORE_FULL', 'the last room is for whoever makes some');
  }

  async apply(change: Change): Promise<readonly string[]> {
    try {
      return await this.#apply(change);
    } catch (error) {
      const isFull = error instanceof MpctlError && error.code === 'STORE_FULL';
      if (!isFull || !makesRoom(change) || !this.#parts.reserve.giveUp()) throw error;
      return this.#apply(change);
    }
  }

  async #apply(change: Change): Promise<readonly string[]> {
    this.#check(change);
    return new Promise((resolve, reject) => {
      const done: Pending['done'] = (touched, error) => (touched ? resolve(touched) : reject(error));
      this.#append(change, done).catch(reject);
    });
  }

  /** Resolves when the change is safe and in the tail. */
  async #append(change: Change, done: Pending['done']): Promise<void> {
    // Asked again, because a large mail took its time.
    this.#check(change);
    const bytes = sizeOf(change);
    const isFirst = this.#waiting === 0;
    const appended =
      isFirst && this.#parts.room.reserve(this.#box, bytes)
        ? this.#write(change, bytes, done)
        : this.#appendLater(change, bytes, done, this.#begun);
    this.#underWay += 1;
    const ended = () => {
      this.#underWay -= 1;
    };
    this.#begun = appended.then(ended, ended);
    await appended;
  }

  async #appendLater(
    change: Change,
    bytes: number,
    done: Pending['done'],
    before: Promise<unknown>,
  ): Promise<void> {
    this.#waiting += 1;
    try {
      await before;
      await this.#room(change, bytes);
    } finally {
      this.#waiting -= 1;
    }
    await this.#write(change, bytes, done);
  }

  async #room(change: Change, bytes: number): Promise<void> {
    const endMs = performance.now() + roomPatienceMs;
    while (!this.#parts.room.reserve(this.#box, bytes)) {
      this.#check(change);
      if (performance.now() > endMs) throw new MpctlError('STORE_FULL', 'too much mail is waiting');
      await this.#parts.applier.progress();
    }
  }

  #write(change: Change, bytes: number, done: Pending['done']): Promise<void> {
    const { uid } = this.#box;
    return new Promise((resolve, reject) => {
      this.#parts.journal.append({
        uid,
        change,
        bytes,
        done: (error, place) => {
          if (!place) {
            this.#parts.room.release(this.#box, bytes);
            reject(error);
            return;
          }
          const { segment, position } = place;
          segment.unapplied += 1;
          segment.tenants.add(uid);
          this.#parts.applier.add(this.#box, {
            ...{ segment, position, place },
            journal: this.#journal,
            change,
            bytes,
            keptAtMs: performance.now(),
            isInherited: false,
            done,
          });
          this.#parts.onKept();
          resolve();
        },
      });
    });
  }

  async read<Result>(look: (state: MailState) => Result | Promise<Result>): Promise<Result> {
    if (this.#isClosing || this.#parts.applier.isStopped) throw closed();
    const { file, turning, failure, tail } = this.#box;
    // Nearly always there is nothing to wait for.
    if (this.#underWay === 0 && tail.length === 0 && file && !turning && !failure) {
      this.#box.lastReadMs = performance.now();
      return this.#look(look);
    }
    await this.#begun;
    const { applier, files } = this.#parts;
    const box = this.#box;
    box.lastReadMs = performance.now();
    // What was put aside for it joins its tail when the file is opened.
    if (files.hasAside(box)) await files.open(box);
    // While changes cannot be taken in, what is there can be looked at all the same.
    await applier.drain(box).catch(unlessReadable);
    if (!files.exists(box)) return look(emptyState);
    return this.#look(look);
  }

  async #look<Result>(look: (state: MailState) => Result | Promise<Result>): Promise<Result> {
    const { applier, files } = this.#parts;
    try {
      return await files.use(this.#box, file => look(file.state));
    } catch (error) {
      if (error instanceof MpctlError && error.code.startsWith('STORE_')) applier.fail(this.#box, error);
      throw error;
    }
  }

  async decode(raw: KeptRaw): Promise<Buffer> {
    switch (raw.encoding) {
      case 'plain':
        return raw.bytes;
      case 'zstd':
        return raw.bytes.length < unpackOnSpotBytes
          ? zstdDecompressSync(raw.bytes)
          : this.#parts.spool.unpack(raw.bytes);
      case 'file':
        return this.#parts.spool.read(this.#box.dir, raw.file);
    }
  }

  async stream(raw: KeptRaw, span: ByteSpan): Promise<Readable> {
    return raw.encoding === 'file'
      ? this.#parts.spool.stream(this.#box.dir, raw.file, span)
      : streamSpan(await this.decode(raw), span);
  }

  /** Resolves when nothing is on its way to the tail any more, and nothing more will be. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#begun;
  }

  #check(change: Change): void {
    if (this.#isClosing || this.#parts.applier.isStopped) throw closed();
    const { failure } = this.#box;
    if (failure && !(failure.code === 'STORE_FULL' && makesRoom(change))) throw failure;
  }
}

/** Troubles with writing: what is in the file can be looked at. */
const readable = new Set(['STORE_FULL', 'STORE_FAILED', 'STORE_UNSYNCED']);

function unlessReadable(error: unknown): void {
  if (!(error instanceof MpctlError) || !readable.has(error.code)) throw error;
}

const closed = () => new MpctlError('STORE_CLOSED', 'the mailbox is closed');

/** About what a change takes while it waits. */
function sizeOf(change: Change): number {
  if (change.kind === 'arrival') return 500 + change.raw.length;
  if (change.kind !== 'mail') return 500;
  const { raw, searchText, row } = change;
  return 1000 + searchText.all.length * 2 + row.json[1].length + (Buffer.isBuffer(raw) ? raw.length : 0);
}
