import { renderIssue } from '../../libs/base/issue.ts';
import type { DryRunReply } from '../../libs/wire/control-http.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import type { ChangedTenant, Edit, Fleet } from './fleet.ts';
import type { Input } from './input.ts';
import { printData, printJson, printNote } from './print.ts';
import { withFleet } from './with-fleet.ts';

/** What a command has to say of a tenant beside what every change says. */
export type More = { readonly json: object; readonly text: string };

/** Does what an edit says, or only shows it with `--dry-run`; prints what became of the tenant and then `more` of it. */
export async function changeTenant(
  input: Input,
  edit: Edit,
  more?: (tenant: ChangedTenant, fleet: Fleet) => Promise<More>,
): Promise<ExitCode> {
  return withFleet(input.folders, async fleet => {
    if (input.has('dry-run')) {
      const reply = await fleet.preview(edit);
      const makesUser = edit.verb === 'add' && reply.access === 'closed' && !input.has('no-auth');
      if (makesUser) printNote(`it would get the user ${edit.name} and a password, shown once`);
      return printPreview(input, reply);
    }
    const already = await alreadySo(fleet, edit);
    if (already !== null) printNote(already);
    const tenant = await fleet.edit(edit);
    return printChanged(input, tenant, await more?.(tenant, fleet));
  });
}

/** Said of a tenant that is to be suspended or resumed, and is so; null: it is not. */
async function alreadySo(fleet: Fleet, { verb, name }: Edit): Promise<string | null> {
  if (verb !== 'suspend' && verb !== 'resume') return null;
  const { suspended } = (await fleet.show(name)).spec;
  if (suspended !== (verb === 'suspend')) return null;
  return suspended ? `${name} was suspended already` : `${name} was not suspended`;
}

/** What became of a tenant. */
export function printChanged(
  input: Input,
  tenant: ChangedTenant,
  more: More = { json: {}, text: '' },
): ExitCode {
  for (const issue of tenant.issues) printNote(renderIssue(issue));
  if (tenant.error !== '') printNote(`mpctl: ${tenant.name}: ${tenant.error}`);
  const { name, uid, state, smtp, http, pop3 } = tenant;
  const binds = { smtp, http, ...(pop3.length > 0 ? { pop3 } : {}) };
  if (input.json) printJson({ name, uid, state, ...binds, ...more.json });
  else printData(`${renderChanged(tenant)}${more.text}`);
  return state === 'failed' || state === 'partial' ? exitCode.failed : exitCode.done;
}

function renderChanged({ name, state, smtp, http, pop3 }: ChangedTenant): string {
  const binds = Object.entries({ smtp, http, pop3 }).flatMap(([protocol, listed]) =>
    listed.map(bind => `  ${protocol}  ${bind}`),
  );
  return [`${name}: ${state ?? 'written'}`, ...binds].join('\n');
}

/** The lines that the file would get, and what would follow. */
export function printPreview(input: Input, reply: DryRunReply): ExitCode {
  const { file, diff, plan } = reply;
  if (input.json) printJson(reply);
  else printData([file, ...diff.map(line => `  ${line}`), ...plan.lines].join('\n'));
  return exitCode.done;
}
