import type { Bind } from '../spec/tenant-spec.ts';
import { HeldSocket } from './held-socket.ts';
import { bindHandle, type NodeHandle } from './node-handle.ts';
import { withUmask } from './umask.ts';

/** Bound by Node's own handle, never polled here: a shard inherits it, or is sent it, and accepts by itself. */
export class PrivateSocket extends HeldSocket {
  readonly handle: NodeHandle;

  constructor(bind: Bind, handle: NodeHandle) {
    super(bind);
    this.handle = handle;
  }

  /** Else the error's name. */
  static open(bind: Bind, umask: number): PrivateSocket | string {
    const handle = withUmask(umask, () => bindHandle(bind));
    if (typeof handle === 'string') return handle;
    if (bind.kind === 'unix' || bind.port !== 0) return new PrivateSocket(bind, handle);
    const address: { port?: number } = {};
    handle.getsockname?.(address);
    return new PrivateSocket({ ...bind, port: address.port ?? 0 }, handle);
  }

  get fd(): number {
    return this.handle.fd;
  }

  route(): never {
    throw new Error('a shard accepts from this socket by itself');
  }

  protected closeHandle(): void {
    this.handle.close();
  }
}
