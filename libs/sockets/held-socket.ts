import type { Socket } from 'node:net';
import type { Bind } from '../spec/tenant-spec.ts';
import type { BoundSocket } from './bound-socket.ts';
import { closeAndRemove, type FileIdentity, isAt } from './socket-file.ts';
import { removeFolder } from './socket-folder.ts';

/** What both kinds of bound socket share: how they end. Thousands of these are held, so they are small. */
export abstract class HeldSocket implements BoundSocket {
  readonly bind: Bind;
  #file: FileIdentity | null = null;
  #runDir = '';

  constructor(bind: Bind) {
    this.bind = bind;
  }

  /** Says which file it made, so that it removes that one and no other. */
  keepFile(file: FileIdentity, runDir: string): void {
    this.#file = file;
    this.#runDir = runDir;
  }

  get isLost(): boolean {
    return this.bind.kind === 'unix' && this.#file !== null && !isAt(this.bind.path, this.#file);
  }

  abstract get fd(): number;
  abstract get handle(): object | null;
  abstract route(deliver: ((socket: Socket) => void) | null): void;

  /** Synchronous; may unlink whatever stands at the path. */
  protected abstract closeHandle(): void;

  async close(): Promise<void> {
    if (this.bind.kind === 'tcp' || this.#file === null) return this.closeHandle();
    closeAndRemove(this.bind.path, this.#file, () => this.closeHandle());
    removeFolder(this.bind.path, this.#runDir);
  }
}
