import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData, printJson, renderTable } from '../print.ts';
import { withFleet } from '../with-fleet.ts';

const readers = { login: 'asks for a password', open: 'open to everybody', closed: 'closed: has no users' };

export async function tenantShow(input: Input): Promise<ExitCode> {
  const tenant = await withFleet(input.folders, fleet => fleet.show(input.argument(0)));
  if (input.json) {
    printJson(tenant);
    return exitCode.done;
  }
  const { row, counters, spec } = tenant;
  const facts: (readonly [string, string | number | null | undefined])[] = [
    ['name', tenant.name],
    ['label', spec.label],
    ['uid', tenant.uid],
    ['state', tenant.state],
    ['error', tenant.error],
    ...tenant.smtp.map(bind => ['smtp', bind] as const),
    ...tenant.http.map(bind => ['http', bind] as const),
    ['page', tenant.url && `${tenant.url} (${readers[tenant.access]})`],
    ['shard', row.shard],
    ['mails', row.messages],
    ['bytes', row.bytes],
    ['connections', row.connections],
    ['accepted', counters?.accepted],
    ['rejected', counters?.rejected],
    ['max messages', spec.maxMessages],
  ];
  const rows = facts.filter(([, fact]) => fact !== null && fact !== undefined && fact !== '');
  const [head = [], ...rest] = rows.map(([name, fact]) => [name, String(fact)]);
  printData(renderTable(head, rest));
  return exitCode.done;
}
