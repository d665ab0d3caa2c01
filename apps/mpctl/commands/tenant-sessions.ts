import { ControlledFleet } from '../controlled-fleet.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { findControlSocket } from '../find-control-socket.ts';
import type { Input } from '../input.ts';
import { printData, printJson, printNote } from '../print.ts';
import { renderSession } from '../render-session.ts';
import { UsageError } from '../usage-error.ts';

/** What was said in the last SMTP sessions of a tenant, the newest last. */
export async function tenantSessions(input: Input): Promise<ExitCode> {
  const last = input.text('last') ?? '';
  if (!/^([1-9]\d{0,5})?$/.test(last)) throw new UsageError('--last takes a number of sessions');
  const name = input.argument(0);
  const all = await new ControlledFleet(await findControlSocket(input.folders)).sessions(name);
  const sessions = last === '' ? all : all.slice(-Number(last));
  if (input.json) printJson(sessions);
  else if (sessions.length === 0) printNote(`nobody spoke SMTP with ${name} lately`);
  else printData(sessions.map(session => renderSession(session, Date.now())).join('\n\n'));
  return exitCode.done;
}
