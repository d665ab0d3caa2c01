import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData, printJson, renderTable } from '../print.ts';
import { renderSize } from '../render-amount.ts';
import { withFleet } from '../with-fleet.ts';

export async function tenantList(input: Input): Promise<ExitCode> {
  const rows = await withFleet(input.folders, fleet => fleet.list());
  const names = input.has('quiet') ? rows.map(({ name }) => name) : null;
  if (input.json) printJson(names ?? rows);
  else if (names) printData(names.join('\n'));
  else {
    const cells = rows.map(row => [
      row.name,
      row.state ?? '-',
      String(row.messages ?? '-'),
      row.bytes === null ? '-' : renderSize(row.bytes),
      String(row.connections ?? '-'),
      row.error === '' ? row.label : row.error,
    ]);
    printData(renderTable(['NAME', 'STATE', 'MAILS', 'SIZE', 'CONNECTIONS', 'LABEL'], cells));
  }
  return exitCode.done;
}
