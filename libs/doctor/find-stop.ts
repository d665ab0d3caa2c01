/** Where somebody's way to a socket ends, by owners, modes and ACLs alone (acl(5)). Pure. */
import type { Person } from './person.ts';

/** What somebody may do, as in a mode: r 4, w 2, x 1. */
export type Bits = number;

/** What an ACL says beside owner and others; the mode's middle digit is then its mask. */
export type Acl = {
  readonly users: ReadonlyMap<number, Bits>;
  readonly groups: ReadonlyMap<number, Bits>;
  readonly owningGroup: Bits;
  readonly mask: Bits;
};

export type FileLook = {
  readonly path: string;
  readonly kind: 'folder' | 'socket' | 'other';
  readonly uid: number;
  readonly gid: number;
  /** The lower twelve bits. */
  readonly mode: number;
  readonly acl: Acl | null;
};

/** As whom somebody is looked at: the first that fits decides, even if another would allow more. */
export type Standing = 'owner' | 'named user' | 'group' | 'others';

export type Stop = { readonly at: FileLook; readonly standing: Standing };

const pass = 1;
/** Both servers and `connect` need no more; Linux asks for it alone. */
const connect = 2;

/** The first of a path's files that does not let the person on; null: none. The last one is the socket. */
export function findStop(person: Person, chain: readonly FileLook[]): Stop | null {
  for (const at of chain) {
    const { bits, standing } = rightsOf(person, at);
    if ((bits & (at.kind === 'folder' ? pass : connect)) === 0) return { at, standing };
  }
  return null;
}

function rightsOf({ uid, gids }: Person, { uid: owner, gid, mode, acl: written }: FileLook) {
  // Linux does not look at an ACL whose mask is empty: a named user is then one of the others.
  const acl = (mode & 0o070) === 0 ? null : written;
  const as = (standing: Standing, bits: Bits) => ({ standing, bits });
  if (uid === 0) return as('owner', 7);
  if (uid === owner) return as('owner', (mode >> 6) & 7);
  const mask = acl?.mask ?? 7;
  const named = acl?.users.get(uid);
  if (named !== undefined) return as('named user', named & mask);
  const ofGroups = [
    ...(gids.includes(gid) ? [acl?.owningGroup ?? (mode >> 3) & 7] : []),
    ...gids.flatMap(each => acl?.groups.get(each) ?? []),
  ];
  // One of the groups must allow it all; each bit is asked for by itself here, so the sum of them does.
  if (ofGroups.length > 0) return as('group', ofGroups.reduce((sum, bits) => sum | bits, 0) & mask);
  return as('others', mode & 7);
}
