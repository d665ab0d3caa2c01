import type { Issue } from '../../../libs/base/issue.ts';
import { Refusal } from '../../../libs/base/refusal.ts';
import { type CredentialList, credentialLists } from '../../../libs/spec/edit-passwd.ts';
import type { TenantSpec } from '../../../libs/spec/tenant-spec.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { newLogin } from '../new-login.ts';
import { printData, printJson, printNote } from '../print.ts';
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
    const lists: readonly CredentialList[] = asked.length > 0 ? asked : known.length > 0 ? known : ['ui'];
    const { password, secret } = await newLogin(given);
    const { url, pop3 } = await fleet
      .edit({ verb: 'passwd', name, user, secret, lists })
      .catch(error => Promise.reject(withRemedy(error, name)));
    if (lists.includes('pop3') && pop3.length === 0) {
      printNote(`${name} has no POP3 listener yet: mpctl tenant set ${name} listeners.pop3.bind=:1110`);
    }
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

/** A login needs TLS, which takes another command first. */
function withRemedy(error: unknown, name: string): unknown {
  const wantsTls = (issue: Issue) => issue.path.endsWith('.smtp.auth') && issue.code === 'SPEC_CONFLICT';
  if (!(error instanceof Refusal) || !error.issues.some(wantsTls)) return error;
  const hint = `first: mpctl tenant set ${name} smtp.tlsCert=FILE smtp.tlsKey=FILE`;
  return new Refusal(error.code, error.message, error.issues, hint);
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
