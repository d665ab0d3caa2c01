import { changeTenant } from '../change-tenant.ts';
import type { ExitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { parseSettings } from '../parse-settings.ts';
import { UsageError } from '../usage-error.ts';

/** Writes keys of a tenant, or takes them out. */
export async function tenantSet(input: Input): Promise<ExitCode> {
  const [name = '', ...settings] = input.args;
  const edit = { verb: 'set', name, set: parseSettings(settings), unset: input.texts('unset') } as const;
  if (edit.set.length + edit.unset.length === 0) {
    throw new UsageError('nothing to set', `e.g. mpctl tenant set ${name} maxMessages=1000`);
  }
  return changeTenant(input, edit);
}
