/** Gives a user another secret, in the lists of a tenant where it counts. */
import type { FleetReading } from './read-fleet.ts';
import type { CredentialSource } from './smtp-spec.ts';
import type { EditRefusal, TenantEdit } from './tenant-edit.ts';
import { find, plainOf } from './written.ts';

/** The groups of keys that have users: `ui.auth`, … */
export const credentialLists = ['ui', 'smtp', 'pop3', 'sendApi'] as const;
export type CredentialList = (typeof credentialLists)[number];

export type PasswdChange = {
  readonly verb: 'passwd';
  readonly name: string;
  readonly user: string;
  /** A hash. */
  readonly secret: string;
  readonly lists: readonly CredentialList[];
};

/** `path` is the file that has the tenant. Whom the defaults or Mailpit's names let in stays let in. */
export async function passwdEdit(
  reading: FleetReading,
  path: string,
  { name, user, secret, lists }: PasswdChange,
): Promise<TenantEdit | EditRefusal> {
  if (!/^[^:\s]+$/.test(user) || user === 'file' || user === 'env')
    return { fault: 'BAD_REQUEST', message: `"${user}" cannot be the name of a user` };
  const spec = [...(reading.fleet?.tenants.values() ?? [])].find(({ id }) => id === name);
  const budget = { leftBytes: Number.POSITIVE_INFINITY };
  const body = (await reading.sources.get(path)?.stanza(name, budget))?.body;
  const set: { key: string; value: string }[] = [];
  for (const list of lists) {
    const { auth = [], authFile = null } = spec?.[list] ?? {};
    if (authFile !== null) {
      const message = `the users of ${list} are in ${authFile}: change their passwords there`;
      return { fault: 'BAD_REQUEST', message };
    }
    const own = body && find(body, [list, 'auth']);
    const before = own ? [plainOf(own)].flat().map(String) : auth;
    const value = `[${withUser(before, user, secret)
      .map(source => JSON.stringify(source))
      .join(', ')}]`;
    set.push({ key: `${list}.auth`, value });
  }
  const isOpen = lists.includes('ui') && body && find(body, ['auth']) !== null;
  return { verb: 'set', name, set, unset: isOpen ? ['auth'] : [] };
}

/** In the place of the one before, else last. */
function withUser(sources: readonly CredentialSource[], user: string, secret: string): CredentialSource[] {
  const isOf = (source: CredentialSource) => source.startsWith(`${user}:`);
  const at = sources.findIndex(isOf);
  const others = sources.filter(source => !isOf(source));
  return others.toSpliced(at < 0 ? others.length : at, 0, `${user}:${secret}`);
}
