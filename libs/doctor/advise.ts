/** What keeps a visitor out, in words, and the command that lets them in. Pure. */
import { dirname } from 'node:path/posix';
import type { SocketAccess } from '../spec/tenant-spec.ts';
import type { FileLook, Stop } from './find-stop.ts';
import type { FindingCode } from './finding.ts';
import type { Person } from './person.ts';
import { shellWord } from './shell-word.ts';
import type { Visit, Visitor, World } from './visit.ts';

export type Advice = { readonly code: FindingCode; readonly message: string; readonly command: string };

const fallbackAccess: SocketAccess = { owner: null, group: null, mode: 0o660, acl: [] };

/** The way ends at a folder or at the socket itself. */
export function adviseStop(stop: Stop, visit: Visit, world: World): Advice {
  return stop.at.kind === 'folder' ? adviseFolder(stop, visit, world) : adviseSocket(stop, visit, world);
}

/** The account could pass, the process that was started before cannot. */
export function adviseReload({ person, process }: Visitor, { at }: Stop, world: World): Advice {
  const group = world.names.group(at.gid);
  return {
    code: 'DOCTOR_GROUP_NOT_RELOADED',
    message: `${person.name} is in the group ${group}, but process ${process?.pid} was started before`,
    command: reload(world),
  };
}

/** Another mount stands in the way. */
export function adviseMount({ person, process }: Visitor, mount: string, world: World): Advice {
  const unit = process?.unit ?? (world.fleet.proxy.server === 'nginx' ? 'nginx.service' : 'apache2.service');
  const isTmp = /^(\/var)?\/tmp$/.test(mount);
  const dir = `/etc/systemd/system/${unit}.d`;
  const dropIn = `install -d ${dir} && printf '[Service]\\nPrivateTmp=no\\n' > ${dir}/mpctl.conf`;
  return {
    code: 'DOCTOR_OTHER_MOUNT',
    message: `process ${process?.pid} of ${person.name} has a ${mount} of its own${
      isTmp ? ' (PrivateTmp); a runDir elsewhere would do too' : ''
    }`,
    command: isTmp ? `${dropIn} && systemctl daemon-reload && systemctl restart ${unit}` : '',
  };
}

function adviseFolder({ at, standing }: Stop, { visitor }: Visit, world: World): Advice {
  const { path } = at;
  const { runDir } = world.fleet;
  const letIn = () => {
    if (path === runDir || dirname(path) === runDir) return `chmod 711 ${shellWord(path)}`;
    if (standing === 'owner') return `chmod u+x ${shellWord(path)}`;
    if (world.hasSetfacl) return `setfacl -m u:${visitor.person.name}:x ${shellWord(path)}`;
    return `chmod ${standing === 'group' ? 'g' : 'o'}+x ${shellWord(path)}`;
  };
  return {
    code: 'DOCTOR_FOLDER_CLOSED',
    message: `${visitor.person.name} may not pass ${described(at, world)}`,
    command: letIn(),
  };
}

function adviseSocket({ at, standing }: Stop, visit: Visit, world: World): Advice {
  const { visitor, owner } = visit;
  const { person, role } = visitor;
  const access = owner?.listener.access ?? fallbackAccess;
  const path = shellWord(at.path);
  const message = `${person.name} may not use ${described(at, world)}`;
  const changed = (command: string): Advice => ({
    code: 'DOCTOR_SOCKET_CHANGED',
    message: `${message}, which the tenants file does not say`,
    command,
  });
  const closed = (command: string): Advice => ({ code: 'DOCTOR_SOCKET_CLOSED', message, command });

  // With an ACL the middle digit is its mask.
  const isMasked = at.acl !== null && (at.acl.mask & 2) === 0;
  if (isMasked) return changed(`setfacl -m m::rw ${path}`);
  if (at.acl === null && (at.mode & 0o777) !== access.mode && access.acl.length === 0)
    return changed(`chmod ${access.mode.toString(8)} ${path}`);
  if (standing === 'owner' || standing === 'group') {
    const setting = owner && `mpctl tenant set ${owner.tenant} listeners.${owner.listener.id}.mode=660`;
    return closed(setting ?? `chmod 660 ${path}`);
  }
  if (role === 'tenant' && access.owner === person.name) return changed(`chown ${person.name} ${path}`);
  if (role === 'web server' && access.group === null)
    return adviseWebGroup(at, person, world, changed, closed);
  if (owner === null) return closed(`chgrp ${world.fleet.webGroup} ${path}`);
  const acl = JSON.stringify([...access.acl, `u:${person.name}:rw`]);
  const setting = `listeners.${owner.listener.id}.acl=${acl}`;
  return closed(`mpctl tenant set ${owner.tenant} ${shellWord(setting)}`);
}

/** The web server comes in by the group that sockets of pages have. */
function adviseWebGroup(
  at: FileLook,
  person: Person,
  world: World,
  changed: (command: string) => Advice,
  closed: (command: string) => Advice,
): Advice {
  const { webGroup } = world.fleet;
  const { daemon } = world;
  const gid = world.names.groupId(webGroup);
  if (gid === null || !person.gids.includes(gid))
    return closed(`usermod -aG ${webGroup} ${person.name} && ${reload(world)}`);
  const mayGive = ({ uid, gids }: Person) => uid === 0 || gids.includes(gid);
  if (daemon === null || mayGive(daemon.person)) return changed(`chgrp ${webGroup} ${shellWord(at.path)}`);
  const restart = restartOf(world);
  return closed(
    mayGive(daemon.account) ? restart : `usermod -aG ${webGroup} ${daemon.person.name} && ${restart}`,
  );
}

export function restartOf({ daemon }: World): string {
  if (daemon?.unit) return `systemctl restart ${daemon.unit}`;
  return daemon?.pid ? `kill ${daemon.pid}` : '';
}

function reload({ fleet }: World): string {
  return fleet.proxy.reloadCommand.map(shellWord).join(' ');
}

/** `/run/mailpit (0711 mpctl:mpctl)` */
function described({ path, mode, uid, gid, acl }: FileLook, { names }: World): string {
  const digits = mode.toString(8).padStart(4, '0');
  return `${path} (${digits}${acl ? '+' : ''} ${names.user(uid)}:${names.group(gid)})`;
}
