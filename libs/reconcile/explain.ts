import type { Change } from './diff-spec.ts';
import type { Plan, Step } from './plan.ts';

/** A plan as lines for people, one a step; none when there is nothing to do. */
export function explain(plan: Plan): string[] {
  return plan.steps.map(explainStep);
}

function explainStep(step: Step): string {
  switch (step.kind) {
    case 'configure':
      return `~ fleet: ${explainChanges(step.changes)}`;
    case 'close':
      return `- ${step.tenant} leaves shard ${step.shard}`;
    case 'change':
      return `~ ${step.tenant.id}: ${explainChanges(step.changes)}`;
    case 'move': {
      const also = step.changes.length > 0 ? `; ${explainChanges(step.changes)}` : '';
      return `> ${step.tenant.id} from shard ${step.from} to ${step.to}${also}`;
    }
    case 'open':
      return `+ ${step.tenant.id} on shard ${step.shard}`;
    case 'retry':
      return `! ${step.tenant.id}: bind again`;
    case 'start-shard':
      return `! start shard ${step.shard}`;
    case 'stop-shard':
      return `! stop shard ${step.shard}`;
  }
}

/** `maxMessages 500 → 100 (live), label none → "A" (live)` */
function explainChanges(changes: readonly Change[]): string {
  return changes.map(({ key, from, to, cost }) => `${key} ${from} → ${to} (${costWords[cost]})`).join(', ');
}

const costWords: Record<Change['cost'], string> = {
  live: 'live',
  reopen: 'opens the mailbox again',
  relisten: 'binds again',
  move: 'moves tenants',
  restart: 'when the daemon is started again',
};
