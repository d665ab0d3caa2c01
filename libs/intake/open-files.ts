import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MpctlError } from '../base/error.ts';
import type { MailFile } from '../store/mail-file.ts';
import { syncMailFile } from '../store/open-store.ts';
import { isAside } from './aside.ts';
import type { Box } from './box.ts';

/** How an opened file is kept. */
export type OpenFilesOptions = {
  readonly maxOpen: number;
  /** A file that nobody used for so long is closed. */
  readonly idleMs: number;
  readonly open: (box: Box) => Promise<MailFile>;
  /** Called when a box's file has been made safe and closed. */
  readonly onClosed: (box: Box) => Promise<void>;
  /** While it says so, tidying is left for later. */
  readonly isHurried: () => boolean;
  /** Told of a file that could not be closed in the background; it stays open. */
  readonly onFailure: (box: Box, error: unknown) => void;
};

/** Files that are opened or closed at the same time: each waits for the disk in a thread that others need too. */
const maxTurning = 4;
/** Such a share more may be open for a moment: who looks into a mailbox does not wait until another one is closed. */
const overShare = 1 / 8;
/** Tidying holds the event loop no longer at a time. */
const sliceMs = 3;

/**
 * The databases that are open: on first use, a bounded number, the least recently used one closed for the next.
 * A file that somebody looks at, or that is held, stays.
 */
export class OpenFiles {
  readonly #options: OpenFilesOptions;
  /** Least recently used first; those being opened or closed included. */
  readonly #boxes = new Set<Box>();
  #turning = 0;
  #queue: (() => void)[] = [];
  #sweep: NodeJS.Timeout | null = null;
  #closing: NodeJS.Timeout | null = null;

  constructor(options: OpenFilesOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#boxes.size;
  }

  /** Whether there is a file, open or not: where there is none, there is no mail. */
  exists(box: Box): boolean {
    return box.file !== null || existsSync(join(box.dir, 'mail.db'));
  }

  /** Whether changes lie in the folder of a file that is not open. */
  hasAside(box: Box): boolean {
    return box.file === null && isAside(box.dir);
  }

  /** Resolves when the file is open. It may be closed again in any later turn of the event loop unless it is used. */
  async open(box: Box): Promise<MailFile> {
    for (;;) {
      if (box.turning) await box.turning;
      else if (box.file) {
        this.#touch(box);
        return box.file;
      } else await this.#turn(box, () => this.#open(box));
    }
  }

  /** Opens the file and lets it be looked at; it stays open until what `look` returns has settled. */
  async use<Result>(box: Box, look: (file: MailFile) => Result | Promise<Result>): Promise<Result> {
    const file = box.file && !box.turning ? box.file : await this.open(box);
    box.users += 1;
    try {
      const seen = look(file);
      return seen instanceof Promise ? await seen : seen;
    } finally {
      box.users -= 1;
      this.#touch(box);
    }
  }

  /** Resolves when what was applied is safe, whoever did, and whether the file is open or not. */
  async sync(box: Box): Promise<void> {
    for (let busy = box.held ?? box.turning; busy; busy = box.held ?? box.turning) await busy;
    const { file } = box;
    // The log may be written over itself: nobody may write to it meanwhile.
    if (file?.isDirty) await this.#turn(box, () => file.sync());
    else if (box.isUnsynced && !file) await this.#turn(box, () => syncMailFile(box.dir));
    box.isUnsynced = false;
  }

  /** Resolves when the file is safe and closed. Rejects when it cannot be made safe; then it is still open. */
  async close(box: Box): Promise<void> {
    for (let busy = box.held ?? box.turning; busy; busy = box.held ?? box.turning) await busy;
    if (box.file) await this.#turn(box, () => this.#close(box));
    else await this.sync(box);
  }

  /** Closes the file, and keeps it closed while somebody else has it. */
  async lend<Result>(box: Box, work: () => Promise<Result>): Promise<Result> {
    const lent = Promise.withResolvers<Result>();
    await this.#turnNow(box, async () => {
      if (box.file) await this.#close(box);
      lent.resolve(await work());
    });
    return lent.promise;
  }

  /** Whether a file that is not open, or that nobody uses, can be lent. */
  isLendable(box: Box): boolean {
    return box.turning === null && box.users === 0 && !box.hasAside && !box.isUnsynced && !this.hasAside(box);
  }

  /** Closes a file that nobody uses, tidied. */
  async rest(box: Box): Promise<void> {
    await this.tidy(box);
    if (isFree(box) && box.tail.length === 0)
      await this.close(box).catch(error => this.#options.onFailure(box, error));
  }

  /** Compresses mail and gives space back while nobody uses the file. */
  async tidy(box: Box): Promise<void> {
    while (isFree(box) && box.tail.length === 0 && box.file?.tidy(sliceTimer()))
      await new Promise(setImmediate);
  }

  /** Closes the files of boxes; resolves to whether what was applied to them is safe, as far as it ever can be. */
  async closeAll(boxes: readonly Box[]): Promise<boolean> {
    for (const timer of [this.#sweep, this.#closing]) if (timer) clearTimeout(timer);
    const closed = await Promise.all(
      boxes.map(box =>
        this.close(box)
          .then(() => true)
          .catch(() => false),
      ),
    );
    const isDamaged = boxes.map(({ failure }) => failure?.code === 'STORE_CORRUPT');
    for (const [i, box] of boxes.entries()) if (!closed[i] && isDamaged[i]) this.abandon(box);
    return closed.every((isClosed, i) => isClosed || isDamaged[i]);
  }

  /** Lets go of a file of which a sync failed, opens it again and makes it safe. */
  async reopen(box: Box): Promise<void> {
    while (box.turning) await box.turning;
    const last = box.file?.state.last;
    this.abandon(box);
    await this.#turn(box, () => this.#open(box));
    const { file } = box;
    if (!file) return;
    if (last && !file.state.hasApplied(last)) {
      throw new MpctlError('STORE_CORRUPT', `${box.dir} has lost what it could not write`);
    }
    await file.sync();
    box.isSuspect = false;
  }

  /** Lets go of a file without making it safe. */
  abandon(box: Box): void {
    box.file?.abandon();
    box.file = null;
    this.#boxes.delete(box);
  }

  #touch(box: Box): void {
    box.lastUsedMs = performance.now();
    this.#boxes.delete(box);
    this.#boxes.add(box);
  }

  /** One at a time for a box, a few for all. */
  async #turn(box: Box, turn: () => Promise<void>): Promise<void> {
    await this.#turnNow(box, async () => {
      if (this.#turning >= maxTurning) await new Promise<void>(go => this.#queue.push(go));
      this.#turning += 1;
      try {
        await turn();
      } finally {
        this.#turning -= 1;
        this.#queue.shift()?.();
      }
    });
  }

  async #turnNow(box: Box, turn: () => Promise<void>): Promise<void> {
    const turning = turn();
    box.turning = turning.catch(() => {});
    try {
      await turning;
    } finally {
      box.turning = null;
    }
  }

  async #open(box: Box): Promise<void> {
    this.#touch(box);
    try {
      if (this.#boxes.size > this.#options.maxOpen * (1 + overShare)) await this.#makeRoom();
      box.file = await this.#options.open(box);
    } catch (error) {
      this.#boxes.delete(box);
      throw error;
    }
    if (this.#boxes.size > this.#options.maxOpen) this.#closing ??= setTimeout(() => this.#closeSurplus(), 0);
    this.#sweepLater();
  }

  /** Closes the least recently used until there are no more than there may be. */
  async #closeSurplus(): Promise<void> {
    for (const box of this.#boxes) {
      if (this.#boxes.size <= this.#options.maxOpen) break;
      if (!isFree(box)) continue;
      if (!this.#options.isHurried()) box.file?.tidy(sliceTimer());
      await this.close(box).catch(error => this.#options.onFailure(box, error));
    }
    this.#closing = null;
  }

  async #close(box: Box): Promise<void> {
    await box.file?.close();
    box.file = null;
    box.isUnsynced = false;
    this.#boxes.delete(box);
    await this.#options.onClosed(box);
  }

  /** Within the turn of the file that is opened: waiting for a turn of its own, it could wait for itself. */
  async #makeRoom(): Promise<void> {
    if (this.#boxes.size <= this.#options.maxOpen) return;
    for (const box of this.#boxes) {
      if (!isFree(box)) continue;
      if (!this.#options.isHurried()) box.file?.tidy(sliceTimer());
      await this.#turnNow(box, () => this.#close(box)).catch(error => this.#options.onFailure(box, error));
      if (!box.file) return;
    }
  }

  #sweepLater(): void {
    this.#sweep ??= setTimeout(() => void this.#closeIdle(), this.#options.idleMs / 2).unref();
  }

  async #closeIdle(): Promise<void> {
    const before = performance.now() - this.#options.idleMs;
    for (const box of this.#boxes) {
      if (box.lastUsedMs > before) break;
      await this.tidy(box);
      if (!isFree(box) || box.tail.length > 0 || box.lastUsedMs > before) continue;
      await this.close(box).catch(error => this.#options.onFailure(box, error));
    }
    this.#sweep = null;
    if (this.#boxes.size > 0) this.#sweepLater();
  }
}

const isFree = (box: Box) => box.file !== null && box.turning === null && box.users === 0 && !box.held;

function sliceTimer(): () => boolean {
  const endMs = performance.now() + sliceMs;
  return () => performance.now() >= endMs;
}
