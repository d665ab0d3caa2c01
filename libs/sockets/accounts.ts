import { readFileSync } from 'node:fs';

/** Users and groups of this machine that were asked for; who is not in a map does not exist. */
export type Accounts = {
  readonly users: ReadonlyMap<string, number>;
  readonly groups: ReadonlyMap<string, number>;
};

/**
 * Ids of names, all in one go: from the files, then whatever else the machine asks (LDAP, sssd) in one `getent` a kind.
 * A name of digits is the id itself.
 */
export async function lookUpAccounts(users: Iterable<string>, groups: Iterable<string>): Promise<Accounts> {
  return { users: await lookUp('passwd', users), groups: await lookUp('group', groups) };
}

async function lookUp(database: 'passwd' | 'group', names: Iterable<string>): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const wanted = new Set<string>();
  for (const name of names) {
    if (/^\d+$/.test(name)) found.set(name, Number(name));
    else wanted.add(name);
  }
  if (wanted.size > 0) take(readFileSync(`/etc/${database}`, 'utf8'), wanted, found);
  const missing = missingUntilMs[database];
  for (const name of wanted) if ((missing.get(name) ?? 0) > performance.now()) wanted.delete(name);
  if (wanted.size > 0) take(await ask(database, [...wanted]), wanted, found);
  for (const name of wanted) missing.set(name, performance.now() + missingMs);
  return found;
}

/** Who was in no directory either is not asked for again so soon: on many machines there is no group for web servers. */
const missingMs = 60_000;
const missingUntilMs = { passwd: new Map<string, number>(), group: new Map<string, number>() };

/** Both databases have the name first and its id third. */
function take(text: string, wanted: Set<string>, found: Map<string, number>): void {
  for (const line of text.split('\n')) {
    const [name = '', , id = ''] = line.split(':');
    if (wanted.delete(name)) found.set(name, Number(id));
  }
}

/** This process may have been started in a folder that it may not enter; no program may be started there. */
const anywhere = { reject: false, cwd: '/' } as const;

async function ask(database: 'passwd' | 'group', names: string[]): Promise<string> {
  const { execa } = await import('execa');
  if (process.platform === 'darwin') {
    const [path, key] = database === 'passwd' ? ['/Users', 'UniqueID'] : ['/Groups', 'PrimaryGroupID'];
    const { stdout } = await execa('dscl', ['.', '-list', path, key], anywhere);
    return (stdout ?? '').replace(/^(\S+)\s+(\d+)$/gm, '$1::$2');
  }
  // It ends with 2 when one of the names is unknown, having printed the others.
  const { stdout } = await execa('getent', [database, '--', ...names], anywhere);
  return stdout ?? '';
}
