import { changeTenant } from '../change-tenant.ts';
import type { ExitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { parseSettings } from '../parse-settings.ts';
import { programPath } from '../program-path.ts';
import { renderPaste } from '../render-paste.ts';

/** Writes the tenant into the file, waits until its listeners answer, and says how to use them. */
export async function tenantAdd(input: Input): Promise<ExitCode> {
  const [name = '', ...settings] = input.args;
  return changeTenant(
    input,
    { verb: 'add', name, set: parseSettings(settings) },
    tenant => `\n\n${renderPaste(tenant.smtp, programPath())}`,
  );
}
