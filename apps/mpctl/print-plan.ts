import { renderIssue } from '../../libs/base/issue.ts';
import type { PlanReply } from '../../libs/wire/control-http.ts';
import type { Input } from './input.ts';
import { printData, printJson, printNote } from './print.ts';

/** A plan's lines as data; why it is held and what is wrong beside it. `isApplied`: the lines tell what was done, but for a held one. */
export function printPlan(input: Input, plan: PlanReply, isApplied: boolean): void {
  for (const issue of plan.issues) printNote(renderIssue(issue));
  if (plan.held !== '') printNote(`held: ${plan.held}\n  \`mpctl apply --confirm\` lets it through`);
  if (input.json) printJson(plan);
  else if (plan.held !== '' && isApplied) {
    printData(
      ['nothing was done; confirmed it would do this:', ...plan.lines.map(line => `  ${line}`)].join('\n'),
    );
  } else printData(plan.lines.join('\n'));
}
