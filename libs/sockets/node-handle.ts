import net from 'node:net';
import { getSystemErrorName } from 'node:util';
import type { Bind } from '../spec/tenant-spec.ts';

/** Node's own server handle (a `Pipe` or a `TCP`). Undocumented; `node:cluster` and `net.Server` are built on it. */
export interface NodeHandle {
  readonly fd: number;
  /** `this` is the handle; `status` is negative when accepting failed. */
  onconnection: ((this: NodeHandle, status: number, client: object | undefined) => void) | null;
  /** From here on it is polled. Negative on failure. */
  listen(backlog: number): number;
  /** Closing a handle that bound a path unlinks what is there now, whatever it is. */
  close(): void;
  /** TCP only. Tells an address in use, which `bind` keeps to itself until then. */
  getsockname?(address: { address?: string; port?: number }): number;
}

type CreateServerHandle = (
  address: string | null,
  port: number,
  addressType: number | undefined,
  fd?: number,
) => NodeHandle | number;

const createServerHandle = (net as { _createServerHandle?: CreateServerHandle })._createServerHandle;

/** Whether this Node still has what the private API needs. */
export const hasPrivateApi = typeof createServerHandle === 'function';

function create(...args: Parameters<CreateServerHandle>): NodeHandle | string {
  if (createServerHandle === undefined) return 'ENOSYS';
  const made = createServerHandle(...args);
  return typeof made === 'number' ? getSystemErrorName(made) : made;
}

/** Binds without listening: nothing is polled, and the kernel refuses until somebody listens. Else the error's name. */
export function bindHandle(bind: Bind): NodeHandle | string {
  if (bind.kind === 'unix') return create(bind.path, -1, -1);
  const made = create(bind.host, bind.port, net.isIPv6(bind.host) ? 6 : 4);
  if (typeof made === 'string') return made;
  const status = made.getsockname?.({}) ?? 0;
  if (status === 0) return made;
  made.close();
  return getSystemErrorName(status);
}

/** The handle of an inherited descriptor, else the error's name. */
export function openHandle(fd: number): NodeHandle | string {
  return create(null, 0, -1, fd);
}
