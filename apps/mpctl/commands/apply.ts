import type { ApplyReply } from '../../../libs/wire/control-http.ts';
import { askController } from '../control-client.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { findControlSocket } from '../find-control-socket.ts';
import type { Input } from '../input.ts';
import { printPlan } from '../print-plan.ts';

/** Lets the controller read the files now; `--confirm` lets a held change through. */
export async function apply(input: Input): Promise<ExitCode> {
  const path = input.has('confirm') ? '/v1/apply?confirm=1' : '/v1/apply';
  const reply = await askController<ApplyReply>(await findControlSocket(input.folders), 'POST', path);
  printPlan(input, reply);
  return reply.held === '' ? exitCode.done : exitCode.failed;
}
