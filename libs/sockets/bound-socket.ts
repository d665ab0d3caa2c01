/**
 * Listening sockets: the controller binds them and keeps them, a shard accepts from them. A socket outlives the shard
 * that serves it, so that a crash refuses nobody: the kernel queues what comes meanwhile.
 */
import type { Bind } from '../spec/tenant-spec.ts';

/** A bound socket that this process holds but does not accept from. */
export interface BoundSocket {
  readonly bind: Bind;
  /** For a child to inherit. */
  readonly fd: number;
  /** For `child.send(message, handle, {keepOpen: true})`; null where only the public API may be used. */
  readonly handle: object | null;
  /** Ends it; a unix path is removed only while it is still this very socket (by inode). */
  close(): Promise<void>;
}
