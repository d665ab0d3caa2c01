import { changeTenant } from '../change-tenant.ts';
import type { ExitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';

/** Gives a tenant another name; it keeps its mail. */
export function tenantRename(input: Input): Promise<ExitCode> {
  return changeTenant(input, { verb: 'rename', name: input.argument(0), to: input.argument(1) });
}
