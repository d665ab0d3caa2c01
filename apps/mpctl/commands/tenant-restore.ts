import { printChanged } from '../change-tenant.ts';
import type { ExitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { withFleet } from '../with-fleet.ts';

/** Brings a tenant back from the trash, with its mail and its settings. */
export function tenantRestore(input: Input): Promise<ExitCode> {
  return withFleet(input.folders, async fleet =>
    printChanged(input, await fleet.restore(input.argument(0), input.text('uid'))),
  );
}
