import type { TenantRow } from '../../../libs/wire/control-http.ts';
import { findCandidates } from '../candidates.ts';
import type { Command } from '../command.ts';
import { askController } from '../control-client.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { findControlSocket } from '../find-control-socket.ts';
import type { Folders } from '../folders.ts';
import type { Input } from '../input.ts';
import { printData } from '../print.ts';

/** Asked by the shells' completion: one candidate a line, or `:file` or `:dir` alone. */
export async function complete({ args, folders }: Input, commands: readonly Command[]): Promise<ExitCode> {
  const found = findCandidates(commands, args);
  const names = found[0] === ':tenant' ? await tenantNames(folders, args.at(-1) ?? '') : found;
  printData(names.join('\n'));
  return exitCode.done;
}

/** None where no controller answers: completion is no place for complaints. */
async function tenantNames(folders: Folders, typed: string): Promise<readonly string[]> {
  try {
    const socketPath = await findControlSocket(folders);
    const rows = await askController<readonly TenantRow[]>(socketPath, 'GET', '/v1/tenants');
    return rows.map(({ name }) => name).filter(name => name.startsWith(typed));
  } catch {
    return [];
  }
}
