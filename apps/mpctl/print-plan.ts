import { renderIssue } from '../../libs/base/issue.ts';
import type { PlanReply } from '../../libs/wire/control-http.ts';
import type { Input } from './input.ts';
import { printData, printJson, printNote } from './print.ts';

/** A plan's lines as data; why it is held and what is wrong beside it. */
export function printPlan(input: Input, plan: PlanReply): void {
  for (const issue of plan.issues) printNote(renderIssue(issue));
  if (plan.held !== '') printNote(`held: ${plan.held}\n  \`mpctl apply --confirm\` lets it through`);
  if (input.json) printJson(plan);
  else printData(plan.lines.join('\n'));
}
