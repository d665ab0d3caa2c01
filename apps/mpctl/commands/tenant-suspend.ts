import { changeTenant } from '../change-tenant.ts';
import type { ExitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';

/** Makes a tenant answer everybody that it is suspended. */
export function tenantSuspend(input: Input): Promise<ExitCode> {
  return changeTenant(input, { verb: 'suspend', name: input.argument(0) });
}
