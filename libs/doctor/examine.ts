/**
 * The doctor's room: why somebody cannot reach a socket, found by looking as they would.
 *
 *     person, web-process who comes · look-at, try-connect what there is · find-stop, advise what to say of it
 */
import { fallbackSocketPath } from '../spec/paths.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import { adviseMount, adviseReload, adviseStop } from './advise.ts';
import { findStop } from './find-stop.ts';
import type { Finding } from './finding.ts';
import { type Chain, lookAtAll } from './look-at.ts';
import { findPerson } from './person.ts';
import { shellWord } from './shell-word.ts';
import { type Attempt, mayBecomeAnybody, tryConnect, tryConnectAs } from './try-connect.ts';
import type { Visit, Visitor, World } from './visit.ts';
import { findWebProcess, foreignMount, personOf } from './web-process.ts';

export type Question = {
  readonly world: World;
  readonly tenants: readonly TenantSpec[];
  /** Somebody to look as, instead of those who should get in. */
  readonly asked: string | null;
  /** What starts the daemon. */
  readonly serveCommand: string;
};

export type Examination = {
  /** How many ways to sockets were tried. */
  readonly visits: number;
  /** Whom they were tried as. */
  readonly visitors: readonly string[];
  readonly findings: readonly Finding[];
};

/** Accounts that web servers have on the systems that there are. */
const webAccounts = ['www-data', 'nginx', 'apache', 'http', '_www'];

/** With root's rights it connects as each of them; without, it computes what the files say. */
export async function examine(question: Question): Promise<Examination> {
  const { world, serveCommand } = question;
  const findings: Finding[] = [];
  const visits = await planVisits(question, findings);
  const visitors = [...new Set(visits.map(({ visitor }) => visitor))];
  const names = visitors.map(({ person }) => person.name);
  if (world.daemon === null) {
    const message = `no daemon answers for ${world.fleet.runDir}`;
    findings.push(finding('DOCTOR_NO_DAEMON', '', '', [], message, serveCommand));
    return { visits: 0, visitors: names, findings };
  }
  const chains = await lookAtAll(visits.map(({ path }) => path));
  for (const visitor of visitors) {
    const own = visits.filter(visit => visit.visitor === visitor);
    const attempts = await attemptAll(visitor, own);
    for (const visit of own) {
      const found = explain(
        visit,
        attempts.get(visit.path) ?? null,
        chains.get(visit.path) ?? 'missing',
        world,
      );
      if (found) findings.push(found);
    }
  }
  return { visits: visits.length, visitors: names, findings: merge(findings) };
}

/** Who should reach what: the web server the pages that it publishes, a tenant's own user where its mail goes in. */
async function planVisits({ world, tenants, asked }: Question, findings: Finding[]): Promise<Visit[]> {
  if (asked !== null) {
    const visitor = await visitorOf(asked, 'asked', findings, []);
    const visits = visitor ? tenants.flatMap(tenant => visitsTo(tenant, visitor, () => true)) : [];
    return visits;
  }
  const visits: Visit[] = [];
  const { fleet } = world;
  const web = fleet.proxy.baseDomain === '' ? null : await findWebServer(world, findings);
  if (web) {
    visits.push(...tenants.flatMap(tenant => visitsTo(tenant, web, protocol => protocol === 'http')));
    if (fleet.proxy.server === 'nginx')
      visits.push({ visitor: web, path: fallbackSocketPath(fleet.runDir), owner: null });
  }
  const users = new Map<string, Visitor | null>();
  for (const tenant of tenants) {
    const { user } = tenant;
    if (user === null) continue;
    const visitor = users.get(user) ?? (await visitorOf(user, 'tenant', findings, [tenant.id]));
    users.set(user, visitor);
    if (visitor) visits.push(...visitsTo(tenant, visitor, protocol => protocol === 'smtp'));
  }
  return visits;
}

function visitsTo(tenant: TenantSpec, visitor: Visitor, isMeant: (protocol: string) => boolean): Visit[] {
  const listeners = tenant.listeners.filter(({ protocol }) => isMeant(protocol));
  return listeners.flatMap(listener =>
    listener.binds.flatMap(bind =>
      bind.kind === 'unix' ? [{ visitor, path: bind.path, owner: { tenant: tenant.id, listener } }] : [],
    ),
  );
}

async function visitorOf(
  name: string,
  role: Visitor['role'],
  findings: Finding[],
  tenants: readonly string[],
): Promise<Visitor | null> {
  const person = await findPerson(name);
  if (person) return { person, account: person, role, process: null };
  const message = `there is no user ${name} on this machine`;
  findings.push(finding('DOCTOR_NO_USER', name, '', tenants, message, `useradd --system ${name}`));
  return null;
}

/** As it runs, or as its account would. */
async function findWebServer({ fleet, names }: World, findings: Finding[]): Promise<Visitor | null> {
  const { server, listen, tls } = fleet.proxy;
  const ports = [...new Set([...listen, ...tls.listen].map(({ port }) => port))];
  const process = findWebProcess(server, ports);
  if (process) {
    const name = names.user(process.uid);
    const person = personOf(process, name);
    return { person, account: (await findPerson(name)) ?? person, role: 'web server', process };
  }
  for (const name of webAccounts) {
    const account = await findPerson(name);
    if (!account) continue;
    const message = `no ${server} listens on port ${ports.join(' or ')}: looked as its account ${name} would`;
    findings.push({ ...finding('DOCTOR_NO_WEB_SERVER', name, '', [], message, ''), severity: 'warning' });
    return { person: account, account, role: 'web server', process: null };
  }
  return null;
}

async function attemptAll(
  { person }: Visitor,
  visits: readonly Visit[],
): Promise<ReadonlyMap<string, Attempt>> {
  const paths = visits.map(({ path }) => path);
  const attempts = new Map(mayBecomeAnybody ? await tryConnectAs(person, paths) : []);
  // What this user learns is true of the others as far as it is not about rights.
  for (const path of paths.filter(each => attempts.get(each) !== 'connected')) {
    const attempt = await tryConnect(path);
    if (attempt === 'ECONNREFUSED' || attempt === 'ENOENT') attempts.set(path, attempt);
  }
  return attempts;
}

function explain(visit: Visit, attempt: Attempt | null, chain: Chain, world: World): Finding | null {
  const { visitor, path, owner } = visit;
  const { person, account, process } = visitor;
  const tenants = owner ? [owner.tenant] : [];
  const say = (code: Finding['code'], message: string, command: string, who = person.name) =>
    finding(code, who, path, tenants, message, command);

  const mount = process && foreignMount(process.pid, path);
  if (mount) {
    const { code, message, command } = adviseMount(visitor, mount, world);
    return say(code, message, command);
  }
  if (attempt === 'connected') return null;
  const error = owner && world.daemon?.stateOf(owner.tenant)?.error;
  if (error && (chain === 'missing' || attempt === 'ECONNREFUSED'))
    return say('DOCTOR_LISTENER_FAILED', `${path}: ${error}`, mendListener(visit, error), '');
  if (owner && world.daemon?.stateOf(owner.tenant) === null)
    return say('DOCTOR_SOCKET_MISSING', `the daemon does not have ${owner.tenant} yet`, 'mpctl apply', '');
  if (chain === 'missing' || attempt === 'ENOENT')
    return say('DOCTOR_SOCKET_MISSING', `${path} is not there: somebody removed it`, 'mpctl apply', '');
  if (attempt === 'ECONNREFUSED')
    return say(
      'DOCTOR_SOCKET_STALE',
      `nobody listens on ${path}: it was replaced`,
      `rm ${shellWord(path)} && mpctl apply`,
      '',
    );
  if (chain === 'unseen') {
    const message = `only root can see whether ${person.name} reaches ${path}`;
    return { ...say('DOCTOR_UNSEEN', message, 'sudo mpctl doctor'), severity: 'warning' };
  }
  const stop = findStop(person, chain);
  if (stop) {
    const isOld = process !== null && findStop(account, chain) === null;
    const advice = isOld ? adviseReload(visitor, stop, world) : adviseStop(stop, visit, world);
    return say(advice.code, advice.message, advice.command);
  }
  if (attempt === null) return null;
  const message = `${person.name} gets ${attempt} at ${path}, though owners, modes and ACLs allow it: AppArmor or SELinux?`;
  return say('DOCTOR_REFUSED', message, 'journalctl -k --grep "apparmor|avc"');
}

/** What makes a listener possible that was not. */
function mendListener({ owner, path }: Visit, error: string): string {
  const { access, id } = owner?.listener ?? {};
  if (error.startsWith('SOCKET_RIGHT_MISSING') && access?.owner) {
    const acl = JSON.stringify([...access.acl, `u:${access.owner}:rw`]);
    return `mpctl tenant set ${owner?.tenant} --unset user --unset listeners.${id}.owner 'listeners.${id}.acl=${acl}'`;
  }
  // Nobody listens on it, but the daemon may not ask; it tries again by itself.
  if (error.startsWith('SOCKET_IN_USE')) return `rm ${shellWord(path)}`;
  return `mpctl tenant show ${owner?.tenant}`;
}

/** What one command mends is one finding, in the words of the first. */
function merge(findings: readonly Finding[]): Finding[] {
  const merged = new Map<string, Finding>();
  for (const one of findings) {
    const key = [one.code, one.who, one.command || one.message].join('\n');
    const known = merged.get(key);
    merged.set(key, known ? { ...known, tenants: [...known.tenants, ...one.tenants] } : one);
  }
  return [...merged.values()];
}

function finding(
  code: Finding['code'],
  who: string,
  path: string,
  tenants: readonly string[],
  message: string,
  command: string,
): Finding {
  return { code, severity: 'error', who, tenants, path, message, command };
}
