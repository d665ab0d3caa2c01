import { MpctlError } from '../base/error.ts';
import type { ListenerProtocol, SocketAccess } from '../spec/tenant-spec.ts';
import { type Accounts, lookUpAccounts } from './accounts.ts';
import { type AclEntry, hasSetfacl, parseAclEntry, renderAcl } from './acl.ts';
import { type Rights, readRights } from './rights.ts';
import { socketError } from './socket-error.ts';

/** A socket's access with names as numbers, ready to be set. */
export type FileAccess = {
  /** null: as it is made. */
  readonly uid: number | null;
  readonly gid: number | null;
  readonly mode: number;
  /** The whole list as setfacl takes it; empty where the mode says everything. */
  readonly acl: readonly string[];
};

/** What somebody wants of a socket that is a unix path. */
export type WantedAccess = { readonly protocol: ListenerProtocol; readonly access: SocketAccess };

type Machine = {
  readonly accounts: Accounts;
  readonly rights: Rights;
  readonly webGroup: string;
  readonly hasSetfacl: boolean;
};

/**
 * Looks up every name at once and asks whether this process may set what is wanted. The outcomes stand in the order of the
 * requests; `check` makes issues of the errors before anything is bound.
 */
export async function resolveAccess(
  wanted: readonly WantedAccess[],
  webGroup: string,
): Promise<(FileAccess | MpctlError)[]> {
  const users = new Set<string>();
  const groups = new Set<string>();
  let wantsAcl = false;
  for (const { protocol, access } of wanted) {
    if (access.owner !== null) users.add(access.owner);
    if (access.group !== null) groups.add(access.group);
    else if (protocol === 'http') groups.add(webGroup);
    for (const text of access.acl) {
      wantsAcl = true;
      const entry = parseAclEntry(text);
      if (entry && entry.name !== '') (entry.tag === 'u' ? users : groups).add(entry.name);
    }
  }
  const machine: Machine = {
    accounts: await lookUpAccounts(users, groups),
    rights: readRights(),
    webGroup,
    hasSetfacl: wantsAcl && (await hasSetfacl()),
  };
  return wanted.map(one => {
    try {
      return resolveOne(one, machine);
    } catch (error) {
      if (error instanceof MpctlError) return error;
      throw error;
    }
  });
}

function resolveOne({ protocol, access }: WantedAccess, machine: Machine): FileAccess {
  const { rights, webGroup } = machine;
  const uid = access.owner === null ? null : userId(access.owner, machine);
  if (uid !== null && uid !== rights.uid && !rights.mayChown) {
    throw socketError('SOCKET_RIGHT_MISSING', `may not give a socket to user ${access.owner}`, {
      hint: 'run the daemon with CAP_CHOWN, or give the user an acl entry instead: acl: ["u:NAME:rw"]',
    });
  }
  const mayGiveTo = (gid: number) => rights.mayChown || rights.gids.has(gid);
  let gid: number | null = null;
  if (access.group !== null) {
    gid = groupId(access.group, machine);
    if (!mayGiveTo(gid)) {
      throw socketError('SOCKET_RIGHT_MISSING', `may not give a socket to group ${access.group}`, {
        hint: 'add the daemon to the group, run it with CAP_CHOWN, or use an acl entry: acl: ["g:NAME:rw"]',
      });
    }
  } else if (protocol === 'http') {
    // Nothing is written, so nothing is an error: the web server's group where there is one and it may be set.
    const webGid = machine.accounts.groups.get(webGroup);
    if (webGid !== undefined && mayGiveTo(webGid)) gid = webGid;
  }
  const entries = access.acl.map(text => resolveEntry(text, machine));
  return { uid, gid, mode: access.mode, acl: entries.length === 0 ? [] : renderAcl(access.mode, entries) };
}

function resolveEntry(text: string, machine: Machine): AclEntry {
  const entry = parseAclEntry(text);
  if (entry === null)
    throw socketError('SOCKET_ACL_INVALID', `"${text}" is no ACL entry`, { hint: 'for example u:bob:rw' });
  if (!machine.hasSetfacl) {
    throw socketError('SOCKET_ACL_UNAVAILABLE', `cannot set the ACL entry ${text}`, {
      hint: process.platform === 'linux' ? 'install setfacl (package acl)' : 'ACL entries are for Linux only',
    });
  }
  if (entry.name === '') return entry;
  const id = entry.tag === 'u' ? userId(entry.name, machine) : groupId(entry.name, machine);
  return { ...entry, name: String(id) };
}

function userId(name: string, { accounts }: Machine): number {
  const id = accounts.users.get(name);
  if (id === undefined) throw socketError('SOCKET_USER_UNKNOWN', `there is no user ${name}`);
  return id;
}

function groupId(name: string, { accounts }: Machine): number {
  const id = accounts.groups.get(name);
  if (id === undefined) throw socketError('SOCKET_GROUP_UNKNOWN', `there is no group ${name}`);
  return id;
}
