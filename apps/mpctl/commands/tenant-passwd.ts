import { type CredentialList, credentialLists } from '../../../libs/spec/edit-passwd.ts';
import type { TenantSpec } from '../../../libs/spec/tenant-spec.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { newLogin } from '../new-login.ts';
import { printData, printJson } from '../print.ts';
import { readPassword } from '../read-password.ts';
import { UsageError } from '../usage-error.ts';
import { withFleet } from '../with-fleet.ts';

/** Gives a user of a tenant a new password, made here or read from stdin; the file gets its hash. */
export async function tenantPasswd(input: Input): Promise<ExitCode> {
  const name = input.argument(0);
  const asked = input.texts('for').map(parseList);
  const given = input.has('password-stdin') ? await readPassword() : null;
  return withFleet(input.folders, async fleet => {
    const { spec } = await fleet.show(name);
    const user = input.text('user') ?? onlyUser(spec, asked.length > 0 ? asked : credentialLists);
    const known = credentialLists.filter(list => usersOf(spec, list).includes(user));
    const lists = asked.length > 0 ? asked : known.length > 0 ? known : (['ui'] as const);
    const { password, secret } = await newLogin(given);
    const { url } = await fleet.edit({ verb: 'passwd', name, user, secret, lists });
    const where = url === null || !lists.includes('ui') ? {} : { url };
    const shown = given === null ? { password } : {};
    if (input.json) printJson({ name, user, ...shown, lists, ...where });
    else {
      const facts = Object.entries({ ...where, user, ...shown });
      const note = given === null ? '  (shown this once)' : '';
      const lines = facts.map(([fact, value]) => `\n  ${fact.padEnd(8)}  ${value}`);
      printData(`${name}: new password for ${lists.join(', ')}${lines.join('')}${note}`);
    }
    return exitCode.done;
  });
}

function parseList(word: string): CredentialList {
  const list = credentialLists.find(each => each === word);
  if (!list) throw new UsageError(`there is no list ${word}`, `one of ${credentialLists.join(', ')}`);
  return list;
}

/** Who is meant where nobody is named: the only one there is, or one called like the tenant. */
function onlyUser(spec: TenantSpec, lists: readonly CredentialList[]): string {
  const users = [...new Set(lists.flatMap(list => usersOf(spec, list)))];
  if (users.length === 0 || users.includes(spec.id)) return spec.id;
  const [user, ...others] = users;
  if (user === undefined || others.length > 0)
    throw new UsageError('it has several users', users.map(each => `--user ${each}`).join(', '));
  return user;
}

function usersOf(spec: TenantSpec, list: CredentialList): string[] {
  const sources = spec[list].auth.filter(source => !/^(file|env):/.test(source));
  return sources.map(source => source.slice(0, source.indexOf(':')));
}
