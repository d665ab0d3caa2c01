import { MpctlError } from '../base/error.ts';
import type { Logger } from '../base/log.ts';
import type { MailFile } from '../store/mail-file.ts';
import { copyDamagedMailFile } from '../store/open-store.ts';
import { type ApplyJob, ApplyThread } from './apply-thread.ts';
import type { Box, Pending } from './box.ts';
import type { Journal } from './journal.ts';
import type { OpenFiles } from './open-files.ts';
import { makesRoom, type Reserve } from './reserve.ts';
import type { TailRoom } from './tail-room.ts';

/** Applying holds the event loop no longer at a time. */
const sliceMs = 4;
/** A change is applied at the latest so long after it came. */
const maxAgeMs = 1000;
/** Whoever looked so lately will look again: what comes is applied at once, so that nobody waits for it then. */
const watchedMs = 1000;
/** A thread takes so much at a time: pages that many mails touch are written once for all of them. */
const threadBytes = 4 * 1024 * 1024;
/** So many times what is worth a thread, a tail is applied before it is old: the larger the step, the less it costs a mail. */
const dueFactor = 4;
/** A log that is longer is folded into its file. */
const foldBytes = 2 * 1024 * 1024;
/** Files that are opened at the same time. */
const maxOpening = 4;
/** A tenant whose disk is full or whose file did not open is tried again. */
const retryMs = {
  STORE_FULL: 1000,
  STORE_FAILED: 5000,
  STORE_UNSYNCED: 5000,
  STORE_BUSY: 1000,
} as Record<string, number>;

/** Moves tails into databases: beside everything else, in slices, those first that somebody waits for, then the fullest. */
export class Applier {
  readonly #journal: Journal;
  readonly #files: OpenFiles;
  readonly #reserve: Reserve;
  readonly #thread = new ApplyThread();
  /** Whose tail the thread has. */
  #apart: Box | null = null;
  readonly #room: TailRoom;
  /** A tail of so many bytes is worth a transaction of its own, and a thread. */
  readonly #worthBytes: number;
  readonly #dueBytes: number;
  readonly #log: Logger;
  /** Boxes with a tail. */
  readonly #boxes = new Set<Box>();
  /** Boxes that somebody waits for, longest first. */
  readonly #wanted = new Set<Box>();
  /** Boxes that cannot be used for now. */
  readonly #failed = new Set<Box>();
  #opening = 0;
  #isRunning = false;
  #isStopped = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: {
    journal: Journal;
    files: OpenFiles;
    reserve: Reserve;
    room: TailRoom;
    worthBytes: number;
    log: Logger;
  }) {
    this.#journal = options.journal;
    this.#files = options.files;
    this.#reserve = options.reserve;
    this.#room = options.room;
    this.#worthBytes = options.worthBytes;
    this.#dueBytes = options.worthBytes * dueFactor;
    this.#log = options.log;
  }

  /** Applies nothing any more; who waits is told so. Resolves when nobody has a file any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    const error = new MpctlError('STORE_CLOSED', 'the store is closed');
    for (const box of [...this.#boxes]) {
      box.failure = error;
      for (const pending of box.tail) pending.done?.(null, error);
      this.#dismiss(box, () => true, error);
    }
    this.#room.wake();
    await this.#thread.end();
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Boxes that cannot be used for now, all with a failure. */
  get failed(): ReadonlySet<Box> {
    return this.#failed;
  }

  /** Forgets a box that its shard lets go of. What it still has is safe in its folder. */
  forget(box: Box): void {
    for (const { bytes } of box.tail.splice(0)) this.#room.release(box, bytes);
    this.#boxes.delete(box);
    this.#wanted.delete(box);
    this.#failed.delete(box);
  }

  /** Resolves when it is worth asking for room again, or for how long one has waited. */
  async progress(): Promise<void> {
    const freed = this.#room.freed();
    this.#start();
    this.#tickLater();
    await freed;
  }

  /** Takes a change that is safe and that has its room; it comes later than all that the box has. */
  add(box: Box, pending: Pending): void {
    box.tail.push(pending);
    this.#boxes.add(box);
    if (pending.done) this.#want(box, () => {});
    else if (box.tailBytes >= this.#dueBytes || this.#room.isShort || isWatched(box, performance.now()))
      this.#start();
    else this.#tickLater();
  }

  /** Takes changes that an earlier process left, or that were put aside: they come before, or are among, those that the box has. */
  merge(box: Box, inherited: readonly Pending[]): void {
    const placeOf = ({ journal, position }: Pending) => `${journal} ${position}`;
    const known = new Set(box.tail.map(placeOf));
    const fresh = inherited.filter(pending => !known.has(placeOf(pending)));
    if (fresh.length === 0) return;
    // Positions of two journals need not tell which came first; that of two processes does.
    const later = box.tail.filter(({ isInherited }) => !isInherited);
    const earlier = [...box.tail.filter(({ isInherited }) => isInherited), ...fresh];
    box.tail = [...earlier.sort((a, b) => a.position - b.position), ...later];
    box.mayBeApplied = true;
    for (const { bytes } of fresh) this.#room.take(box, bytes);
    this.#boxes.add(box);
    this.#tickLater();
  }

  /** Resolves when all that is safe now has been applied; rejects when that is not possible for now. */
  async drain(box: Box): Promise<void> {
    if (box.failure) throw box.failure;
    if (box.tail.length === 0) return;
    const error = await new Promise<MpctlError | null>(done => this.#want(box, done));
    if (error) throw error;
  }

  #want(box: Box, done: (error: MpctlError | null) => void): void {
    box.waiting.push({ until: box.tail.at(-1) ?? null, done });
    this.#wanted.add(box);
    if (this.#apart === box) this.#thread.hurry();
    this.#start();
  }

  #tickLater(): void {
    if (this.#isStopped) return;
    this.#timer ??= setTimeout(() => this.#tick(), maxAgeMs / 4);
  }

  #tick(): void {
    this.#timer = null;
    this.#room.wake();
    for (const box of this.#failed) {
      if (performance.now() < box.retryAtMs || box.held) continue;
      if (box.isSuspect && box.users === 0) void this.hold(box, () => this.#reopen(box));
      // Else applying its tail is the trial.
      else if (!box.isSuspect && box.tail.length === 0) this.#recover(box);
    }
    this.#start();
    if (this.#boxes.size > 0 || this.#failed.size > 0 || this.#room.isAwaited) this.#tickLater();
  }

  #start(): void {
    if (this.#isRunning || this.#isStopped) return;
    this.#isRunning = true;
    setImmediate(() => this.#run());
  }

  #run(): void {
    if (this.#isStopped) return;
    const endMs = performance.now() + sliceMs;
    const isOver = () => performance.now() >= endMs;
    let box = this.#next();
    for (; box && !isOver(); box = this.#next()) {
      if (this.#isForThread(box)) void this.#applyApart(box);
      else if (box.file && !box.turning) this.#apply(box, box.file, isOver);
      else void this.#open(box);
    }
    this.#isRunning = false;
    if (box) this.#start();
  }

  #next(): Box | null {
    const now = performance.now();
    for (const box of this.#wanted) if (this.#isReady(box, now)) return box;
    const oldestMs = now - maxAgeMs;
    let fullest: Box | null = null;
    for (const box of this.#boxes) {
      if (fullest && box.tailBytes <= fullest.tailBytes) continue;
      const isDue =
        this.#room.isShort ||
        box.tailBytes >= this.#dueBytes ||
        (box.tail[0]?.keptAtMs ?? now) < oldestMs ||
        isWatched(box, now);
      if (isDue && this.#isReady(box, now)) fullest = box;
    }
    return fullest;
  }

  #isReady(box: Box, now: number): boolean {
    const isAtHand = box.file !== null && box.turning === null;
    return !box.held && !box.isSuspect && now >= box.retryAtMs && (isAtHand || this.#opening < maxOpening);
  }

  async #open(box: Box): Promise<void> {
    this.#opening += 1;
    await this.hold(box, async () => void (await this.#files.open(box)));
    this.#opening -= 1;
    this.#start();
  }

  /** Applies nothing to a box until the work is done. Where that fails, so has the box, and it resolves to null. */
  async hold<Result>(box: Box, work: () => Promise<Result>): Promise<Result | null> {
    while (box.held) await box.held;
    const working = work().catch(error => {
      this.fail(box, error);
      return null;
    });
    box.held = working.then(() => {});
    const result = await working;
    box.held = null;
    this.#start();
    return result;
  }

  #apply(box: Box, file: MailFile, isOver: () => boolean): void {
    try {
      if (box.mayBeApplied) this.#skipApplied(box, file);
      if (box.tail.length > 0) {
        const touched = file.state.apply(box.tail, isOver);
        this.#finish(box, touched.length, i => touched[i] ?? []);
        if (box.failure) this.#recover(box);
      }
    } catch (error) {
      if (!this.#findRoom(box, error)) this.fail(box, error);
      return;
    }
    box.lastUsedMs = performance.now();
    if (file.logBytes > foldBytes) void this.hold(box, () => file.checkpoint());
  }

  /** Gives up the reserve where it lets a box make room. True: it is worth another try. */
  #findRoom(box: Box, error: unknown): boolean {
    const isFull = error instanceof MpctlError && error.code === 'STORE_FULL';
    return isFull && box.tail.some(({ change }) => makesRoom(change)) && this.#reserve.giveUp();
  }

  /** Lets go of what was applied before a crash, by whoever did. */
  #skipApplied(box: Box, file: MailFile): void {
    const known = box.tail.filter(pending => pending.isInherited && file.state.hasApplied(pending));
    const isKnown = new Set(known);
    box.tail = [...known, ...box.tail.filter(pending => !isKnown.has(pending))];
    box.mayBeApplied = false;
    if (known.length > 0) this.#finish(box, known.length, () => []);
  }

  /** A long tail that nobody waits for is taken off the event loop. */
  #isForThread(box: Box): boolean {
    return (
      box.tailBytes >= this.#worthBytes &&
      this.#apart === null &&
      !this.#isStopped &&
      !this.#wanted.has(box) &&
      !isWatched(box, performance.now()) &&
      !box.failure &&
      !box.mayBeApplied &&
      box.tail[0]?.segment !== null &&
      box.tail[0]?.place !== null &&
      this.#files.isLendable(box)
    );
  }

  async #applyApart(box: Box): Promise<void> {
    this.#apart = box;
    const job = this.#jobOf(box);
    await this.hold(box, async () => {
      const applied = await this.#files.lend(box, () => this.#thread.apply(job));
      const { position, touched, failure } = applied;
      this.#journal.overtake(position);
      this.#finish(box, touched.length, i => touched[i] ?? []);
      if (failure) throw new MpctlError(...failure);
    });
    this.#apart = null;
    this.#start();
  }

  #jobOf({ dir, tail }: Box): ApplyJob {
    const runs: { readonly path: string; readonly places: number[] }[] = [];
    const own = tail[0]?.journal ?? '';
    let last: Pending['segment'] = null;
    let bytes = 0;
    for (const { journal, position, segment, place, bytes: size } of tail) {
      if (!segment || !place || journal !== own || bytes > threadBytes) break;
      if (segment !== last) runs.push({ path: this.#journal.path(segment), places: [] });
      last = segment;
      runs.at(-1)?.places.push(position, place.offset, place.endOffset);
      bytes += size;
    }
    return { dir, journal: own, runs };
  }

  #finish(box: Box, count: number, touched: (index: number) => readonly string[]): void {
    const applied = box.tail.splice(0, count);
    for (const [i, pending] of applied.entries()) {
      this.#room.release(box, pending.bytes);
      if (pending.segment) pending.segment.unapplied -= 1;
      const ids = touched(i);
      if (pending.done) pending.done(ids, null);
      else if (ids.length > 0 && !pending.isInherited) box.onPruned(ids);
    }
    if (box.tail.length === 0) this.#boxes.delete(box);
    if (box.tail.length === 0) this.#dismiss(box, () => true, null);
    else if (box.waiting.length > 0) {
      const done = new Set(applied);
      this.#dismiss(box, ({ until }) => until === null || done.has(until), null);
    }
  }

  /** Lets those go who wait for no more than has been done. Who still waits does so behind other boxes. */
  #dismiss(box: Box, isDone: (waiter: Box['waiting'][number]) => boolean, error: MpctlError | null): void {
    this.#wanted.delete(box);
    const done = box.waiting.filter(isDone);
    box.waiting = box.waiting.filter(waiter => !isDone(waiter));
    if (box.waiting.length > 0) this.#wanted.add(box);
    for (const waiter of done) waiter.done(error);
  }

  /** Opens a file anew of which a sync failed, and makes it safe. */
  async #reopen(box: Box): Promise<void> {
    await this.#files.reopen(box);
    this.#recover(box);
  }

  /** Nothing of the box is applied until it is tried again. Its tail stays, in memory and in the journal. */
  fail(box: Box, cause: unknown): void {
    const error =
      cause instanceof MpctlError
        ? cause
        : new MpctlError('STORE_FAILED', `mail cannot be taken into ${box.dir}`, { cause });
    const waitMs = retryMs[error.code] ?? Number.POSITIVE_INFINITY;
    if (box.failure?.code !== error.code) {
      this.#log.error({ err: error, uid: box.uid, dir: box.dir }, 'a mailbox cannot be used');
    }
    if (error.code === 'STORE_CORRUPT' && box.failure?.code !== error.code) void this.#copyDamaged(box);
    box.failure = error;
    box.isSuspect ||= error.code === 'STORE_UNSYNCED';
    box.retryAtMs = performance.now() + waitMs;
    this.#failed.add(box);
    for (const pending of box.tail) pending.done?.(null, error);
    this.#dismiss(box, () => true, error);
    this.#tickLater();
  }

  /** So that whoever tries to mend the mailbox cannot make it worse. */
  async #copyDamaged(box: Box): Promise<void> {
    try {
      const copy = await copyDamagedMailFile(box.dir);
      this.#log.error({ uid: box.uid, copy }, 'a damaged mailbox was set aside');
    } catch (error) {
      this.#log.error({ uid: box.uid, err: error }, 'a damaged mailbox could not be copied');
    }
  }

  #recover(box: Box): void {
    this.#log.info({ uid: box.uid, dir: box.dir }, 'a mailbox can be used again');
    this.#failed.delete(box);
    box.failure = null;
  }
}

const isWatched = (box: Box, now: number) => box.file !== null && now - box.lastReadMs < watchedMs;
