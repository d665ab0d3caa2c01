import type { ApplyReply, TenantRow } from '../../../libs/wire/control-http.ts';
import { askRunning } from '../ask-running.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printNote } from '../print.ts';
import { printPlan } from '../print-plan.ts';
import { plan } from './plan.ts';

/** Tenants that are told of by name. */
const maxTold = 10;

/** Lets the controller read the files now, and tells of tenants that do not work; `--confirm` lets a held change through. */
export async function apply(input: Input): Promise<ExitCode> {
  if (input.has('dry-run')) return plan(input);
  const path = input.has('confirm') ? '/v1/apply?confirm=1' : '/v1/apply';
  const reply = await askRunning<ApplyReply>(input.folders, 'POST', path);
  printPlan(input, reply, true);
  const rows = await askRunning<readonly TenantRow[]>(input.folders, 'GET', '/v1/tenants');
  const troubled = rows.filter(({ state }) => state === 'failed' || state === 'partial');
  for (const { name, error } of troubled.slice(0, maxTold)) printNote(`mpctl: ${name}: ${error}`);
  if (troubled.length > maxTold) printNote(`mpctl: ${troubled.length - maxTold} more: mpctl tenant list`);
  return reply.held === '' && troubled.length === 0 ? exitCode.done : exitCode.failed;
}
