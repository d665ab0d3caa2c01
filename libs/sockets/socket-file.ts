import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  lchmodSync,
  lchownSync,
  lstatSync,
  openSync,
  renameSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { socketError } from './socket-error.ts';

/** Linux: names a file without opening it, the only way to hold on to a socket's. */
const O_PATH = 0o10000000;

/** Which file stands at a path: tells a socket of ours from what somebody put in its place. */
export type FileIdentity = { readonly dev: number; readonly ino: number };

/**
 * The file that a bind made. With `hold` (Linux) everything is done through a descriptor of it, so that a symlink or another
 * file put at the path meanwhile is never touched: needed where others may write the folder, and for setfacl.
 */
export class SocketFile implements Disposable {
  readonly identity: FileIdentity;
  readonly #path: string;
  readonly #fd: number;

  /** @throws MpctlError when the file is not a socket that this process has just made with that mode. */
  constructor(path: string, firstMode: number, hold: boolean) {
    this.#fd = hold && process.platform === 'linux' ? openSync(path, O_PATH | constants.O_NOFOLLOW) : -1;
    this.#path = this.#fd < 0 ? path : `/proc/self/fd/${this.#fd}`;
    const stats = this.#fd < 0 ? lstatSync(path) : fstatSync(this.#fd);
    this.identity = { dev: stats.dev, ino: stats.ino };
    if (!stats.isSocket() || stats.uid !== process.geteuid?.() || (stats.mode & 0o777) !== firstMode) {
      this[Symbol.dispose]();
      throw socketError('SOCKET_BIND_FAILED', `${path} was replaced while it was made`);
    }
  }

  /** For a child to inherit; -1 when it is not held. */
  get fd(): number {
    return this.#fd;
  }

  setMode(mode: number): void {
    // There is no lchmod on Linux; without a descriptor the folder is our own.
    if (process.platform === 'linux') chmodSync(this.#path, mode);
    else lchmodSync(this.#path, mode);
  }

  /** null leaves what is there. */
  setOwner(uid: number | null, gid: number | null): void {
    if (uid === null && gid === null) return;
    if (this.#fd < 0) lchownSync(this.#path, uid ?? -1, gid ?? -1);
    else chownSync(this.#path, uid ?? -1, gid ?? -1);
  }

  [Symbol.dispose](): void {
    if (this.#fd >= 0) closeSync(this.#fd);
  }
}

/** What stands at the path itself, no symlink followed; null when nothing does. */
export function statPath(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

/**
 * Runs `close`, which may unlink whatever stands at the path, and removes only the file that is meant: another one that
 * took its place steps aside meanwhile.
 */
export function closeAndRemove(path: string, meant: FileIdentity, close: () => void): void {
  const now = statPath(path);
  const isMeant = isSame(now, meant);
  const aside = now === null || isMeant ? null : `${path}.${process.pid}`;
  try {
    if (isMeant) unlinkSync(path);
    if (aside !== null) renameSync(path, aside);
  } catch {
    // Who may do neither in this folder may not unlink there by closing either.
    close();
    return;
  }
  close();
  if (aside !== null) renameSync(aside, path);
}

/** Whether a path still leads to a file that was made there. */
export function isAt(path: string, meant: FileIdentity): boolean {
  return isSame(statPath(path), meant);
}

function isSame(now: FileIdentity | null, meant: FileIdentity): boolean {
  return now?.dev === meant.dev && now.ino === meant.ino;
}
