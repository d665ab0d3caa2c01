import type { MpctlError } from '../base/error.ts';
import type { ListenerProtocol, SocketAccess } from '../spec/tenant-spec.ts';

/** A socket's access with names as numbers, ready to be set. */
export type FileAccess = {
  /** null: as it is made. */
  readonly uid: number | null;
  readonly gid: number | null;
  readonly mode: number;
  /** Numeric entries as setfacl takes them, e.g. `u:1000:rw-`. */
  readonly acl: readonly string[];
};

/**
 * Looks up every name at once and asks whether this process may set what is wanted. The outcomes stand in the order of the
 * requests; `check` makes issues of the errors before anything is bound.
 */
export async function resolveAccess(
  wanted: readonly { readonly protocol: ListenerProtocol; readonly access: SocketAccess }[],
  webGroup: string,
): Promise<(FileAccess | MpctlError)[]> {
  throw new Error(`not there yet: ${wanted.length} ${webGroup}`);
}
