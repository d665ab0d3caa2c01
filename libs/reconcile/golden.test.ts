/**
 * Plans as people read them: each case of test/golden/plan holds the file before, the file after, what happened meanwhile,
 * and the plan. `UPDATE=1` writes the plans anew.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { facts, filesIo } from '../spec/memory-suite.ts';
import { readFleet } from '../spec/read-fleet.ts';
import { explain } from './explain.ts';
import { applyPlan, reach, tenantId } from './fleet-for-tests.ts';
import { nothingObserved, type Observed } from './observed.ts';
import { type Desired, plan } from './plan.ts';

const dir = join(import.meta.dirname, '../../test/golden/plan');

async function desiredFrom(yaml: string): Promise<Desired> {
  const files = new Map([['tenants.yaml', yaml]]);
  const request = { file: '/etc/mpctl/tenants.yaml', io: filesIo('/etc/mpctl', files), facts };
  const { fleet, issues } = await readFleet(request);
  assert.ok(fleet, `a case must be a good file: ${JSON.stringify(issues)}`);
  return { fleet, shardCount: fleet.shards || 2 };
}

/** What the lines of `happened` say, and what time it is then. */
function happen(observed: Observed, lines: readonly string[]): { observed: Observed; nowMs: number } {
  let { shards } = observed;
  const tenants = new Map(observed.tenants);
  let nowMs = 0;
  for (const line of lines) {
    const [subject = '', ...words] = line.split(' ');
    const numbers = words.map(Number).filter(Number.isFinite);
    if (subject === 'now') nowMs = numbers[0] ?? 0;
    else if (subject === 'shard') {
      const [shard, endedAtMs = 0, earlyEnds = 0] = numbers;
      shards = shards.map(one =>
        one.shard === shard ? { ...one, state: 'down', endedAtMs, earlyEnds } : one,
      );
    } else {
      const id = tenantId(subject);
      const tenant = tenants.get(id) ?? assert.fail(line);
      const retryAtMs = words[0] === 'failed' ? (numbers[0] ?? 0) : null;
      tenants.set(id, { ...tenant, busy: words.join(' ') === 'is busy', retryAtMs });
    }
  }
  return { observed: { ...observed, shards, tenants }, nowMs };
}

for (const name of readdirSync(dir)) {
  test(name, async () => {
    const path = join(dir, name);
    const text = readFileSync(path, 'utf8');
    const parts = new Map(
      text.split(/^=== /m).map(part => {
        const [title = '', ...lines] = part.split('\n');
        return [title, lines.join('\n')];
      }),
    );
    const part = (title: string) => parts.get(title) ?? '';
    const before = part('before') === '' ? nothingObserved : reach(await desiredFrom(part('before')));
    const { observed, nowMs } = happen(before, part('happened').split('\n').filter(Boolean));
    const after = await desiredFrom(part('after'));
    const next = plan(after, observed, nowMs);
    const wake = next.wakeAtMs === null ? '' : `(again at ${next.wakeAtMs})\n`;
    const actual =
      explain(next)
        .map(line => `${line}\n`)
        .join('') + wake;
    if (process.env.UPDATE === '1')
      writeFileSync(path, `${text.slice(0, text.indexOf('=== plan\n'))}=== plan\n${actual}`);
    else assert.equal(actual, part('plan'));
    if (part('happened') === '')
      assert.deepEqual(
        plan(after, applyPlan(observed, next, after), nowMs).steps.filter(s => s.kind !== 'configure'),
        [],
      );
  });
}
