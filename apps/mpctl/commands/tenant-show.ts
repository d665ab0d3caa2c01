import { renderIssue } from '../../../libs/base/issue.ts';
import { renderBind } from '../../../libs/spec/bind.ts';
import { renderSettings } from '../../../libs/spec/render-settings.ts';
import type { Bind, SocketAccess, TenantSpec } from '../../../libs/spec/tenant-spec.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { ShownTenant } from '../fleet.ts';
import type { Input } from '../input.ts';
import { printData, printJson, printNote, renderTable } from '../print.ts';
import { renderSize } from '../render-amount.ts';
import { withFleet } from '../with-fleet.ts';

const readers = { login: 'asks for a password', open: 'open to everybody', closed: 'closed: has no users' };

export async function tenantShow(input: Input): Promise<ExitCode> {
  const tenant = await withFleet(input.folders, fleet => fleet.show(input.argument(0)));
  if (input.json) printJson(documentOf(tenant));
  else printData(renderFacts(tenant));
  for (const issue of tenant.issues) printNote(renderIssue(issue));
  return exitCode.done;
}

/** Everything on one level but what belongs together; `settings` have the names and forms of the tenants file. */
function documentOf({ row, spec, counters, ...tenant }: ShownTenant): object {
  const { shard, messages, bytes, connections } = row;
  return { ...tenant, shard, messages, bytes, connections, counters, settings: renderSettings(spec) };
}

function renderFacts({ row, counters, spec, ...tenant }: ShownTenant): string {
  const facts: (readonly [string, string | number | null | undefined])[] = [
    ['name', tenant.name],
    ['label', spec.label],
    ['uid', tenant.uid],
    ['user', spec.user],
    ['state', tenant.state],
    ['suspended', spec.suspended ? 'yes' : null],
    ['error', tenant.error],
    ...bindFacts(spec),
    ['page', renderPage(tenant)],
    ['shard', row.shard],
    ['mails', row.messages],
    ['size', row.bytes === null ? null : renderSize(row.bytes)],
    ['connections', row.connections],
    ['accepted', counters?.accepted],
    ['rejected', counters?.rejected],
    ['max messages', spec.maxMessages],
  ];
  const rows = facts.filter(([, fact]) => fact !== null && fact !== undefined && fact !== '');
  const [head = [], ...rest] = rows.map(([name, fact]) => [name, String(fact)]);
  return renderTable(head, rest);
}

function renderPage({ url, access }: Pick<ShownTenant, 'url' | 'access'>): string | null {
  if (url !== null) return `${url} (${readers[access]})`;
  // Where no web server publishes it, only users keep somebody out who reaches its socket.
  return access === 'login' ? readers.login : null;
}

function bindFacts({ listeners }: TenantSpec): (readonly [string, string])[] {
  return listeners.flatMap(({ protocol, binds, access }) =>
    binds.map(bind => [protocol, `${renderBind(bind)}${renderAccess(bind, access)}`] as const),
  );
}

/** Who may open a unix socket, e.g. `  (mode 660, owner bob)`. */
function renderAccess({ kind }: Bind, { mode, owner, group, acl }: SocketAccess): string {
  if (kind !== 'unix') return '';
  const words = [`mode ${mode.toString(8).padStart(3, '0')}`];
  if (owner !== null) words.push(`owner ${owner}`);
  if (group !== null) words.push(`group ${group}`);
  return `  (${[...words, ...acl].join(', ')})`;
}
