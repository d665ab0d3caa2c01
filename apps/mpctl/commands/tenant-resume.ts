import { changeTenant } from '../change-tenant.ts';
import type { ExitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';

/** Makes a suspended tenant serve again. */
export function tenantResume(input: Input): Promise<ExitCode> {
  return changeTenant(input, { verb: 'resume', name: input.argument(0) });
}
