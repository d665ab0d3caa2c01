import { randomBytes } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { open, stat, unlink } from 'node:fs/promises';
import type { Change } from '../store/change.ts';

/** Written at a time. Nothing that a file system could make shorter. */
const pieceBytes = 256 * 1024;

/** Whether a change leaves less mail than there was. */
export const makesRoom = ({ kind }: Change) => kind === 'remove' || kind === 'prune';

/**
 * Room on the disk that is kept for those who make room: given up when a mail is to be deleted and there is no other.
 * Until it is there again no mail may be taken, which would use it up.
 */
export class Reserve {
  readonly #path: string;
  readonly #bytes: number;
  #state: 'unknown' | 'kept' | 'given' = 'unknown';
  #keeping: Promise<void> | null = null;
  #errands: (() => Promise<void>)[] = [];

  constructor(path: string, bytes: number) {
    this.#path = path;
    this.#bytes = bytes;
  }

  get isGiven(): boolean {
    return this.#state === 'given';
  }

  /** What needs room of its own first: until it has been done there is none for mail. */
  owe(errand: () => Promise<void>): void {
    this.#errands.push(errand);
    this.#state = 'given';
  }

  get isOwed(): boolean {
    return this.#errands.length > 0;
  }

  /** Sees to it that it is there, unless there is no room for it. */
  async keep(): Promise<void> {
    if (this.#state === 'kept') return;
    this.#keeping ??= this.#make().finally(() => {
      this.#keeping = null;
    });
    await this.#keeping;
  }

  /** False: there is none to give. */
  giveUp(): boolean {
    if (this.#state !== 'kept' && !this.isOwed) return false;
    this.#state = 'given';
    try {
      unlinkSync(this.#path);
      return true;
    } catch {
      return false;
    }
  }

  async #make(): Promise<void> {
    if (!(await this.#runErrands())) return;
    const found = await stat(this.#path).catch(() => null);
    if (found?.size !== this.#bytes && !(await this.#write())) return;
    this.#state = 'kept';
  }

  async #runErrands(): Promise<boolean> {
    for (let errand = this.#errands[0]; errand; errand = this.#errands[0]) {
      try {
        await errand();
      } catch {
        // Told when it was first tried.
        return false;
      }
      this.#errands.shift();
    }
    return true;
  }

  async #write(): Promise<boolean> {
    try {
      await using file = await open(this.#path, 'w', 0o600);
      for (let at = 0; at < this.#bytes; at += pieceBytes) {
        await file.writeFile(randomBytes(Math.min(pieceBytes, this.#bytes - at)));
      }
      await file.datasync();
      return true;
    } catch {
      // No room, which is what it is for; or no folder yet.
      await unlink(this.#path).catch(() => {});
      return false;
    }
  }
}
