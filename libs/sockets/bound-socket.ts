/**
 * Listening sockets: the controller binds them and keeps them, a shard accepts from them. A socket outlives the shard
 * that serves it, so that a crash refuses nobody: the kernel queues what comes meanwhile.
 *
 * `bind-sockets.ts` makes these; `accept.ts` is the shard's side; `resolve-access.ts` says who may use them.
 */
import type { Socket } from 'node:net';
import type { Bind } from '../spec/tenant-spec.ts';

/** A bound socket that this process holds but does not accept from. */
export interface BoundSocket {
  readonly bind: Bind;
  /** For a child to inherit; -1 where only the public API is used. */
  readonly fd: number;
  /** For `child.send(message, handle, {keepOpen: true})`; null where only the public API is used. */
  readonly handle: object | null;
  /** Whether its path leads to it no more: somebody removed or replaced the file. Asks the file system. */
  readonly isLost: boolean;
  /**
   * Public API only, where this process accepts and hands each connection on: `deliver` gets them, paused and in order,
   * also those that came while there was nobody (null).
   */
  route(deliver: ((socket: Socket) => void) | null): void;
  /**
   * Ends it; a unix path is removed only while it is still this very socket (by inode), and our own folder with its
   * last socket. A daemon that stops and will come back may leave its sockets: the next start replaces them.
   */
  close(): Promise<void>;
}
