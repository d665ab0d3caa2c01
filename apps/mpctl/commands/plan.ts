import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printPlan } from '../print-plan.ts';
import { withFleet } from '../with-fleet.ts';

/** What `apply` would do now. */
export async function plan(input: Input): Promise<ExitCode> {
  const reply = await withFleet(input.folders, fleet => fleet.plan());
  printPlan(input, reply, false);
  if (reply.issues.some(({ severity }) => severity === 'error')) return exitCode.badFile;
  return reply.lines.length > 0 || reply.held !== '' ? exitCode.differs : exitCode.done;
}
