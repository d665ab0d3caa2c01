import { resolvePath } from '../../../libs/spec/paths.ts';
import { checkArchiveFormat } from '../archive-format.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData, printJson } from '../print.ts';
import { renderSize } from '../render-amount.ts';
import { withFleet } from '../with-fleet.ts';

/** Writes all mail of a tenant into one file. */
export async function tenantExport(input: Input): Promise<ExitCode> {
  checkArchiveFormat(input.text('format'));
  const path = resolvePath(process.cwd(), input.argument(1));
  const { messages, bytes } = await withFleet(input.folders, fleet =>
    fleet.exportMail(input.argument(0), path),
  );
  if (input.json) printJson({ path, messages, bytes });
  else printData(`${path}: ${messages} mails, ${renderSize(bytes)}`);
  return exitCode.done;
}
