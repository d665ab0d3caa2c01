import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLog } from './open-log.ts';

function collect() {
  const lines: string[] = [];
  return { lines, output: { write: (line: string) => void lines.push(line) } };
}

test('a line is JSON with the fields of the process, of the child and its own', () => {
  const { lines, output } = collect();
  const log = openLog({ level: 'info', format: 'json' }, { shard: 1 }, output);
  log.child({ tenant: 'project-a' }).warn({ err: new Error('full') }, 'mail refused');
  const { shard, tenant, msg, level, err } = JSON.parse(lines[0] ?? '');
  assert.deepEqual([shard, tenant, msg, level, err.message], [1, 'project-a', 'mail refused', 40, 'full']);
});

test('a new level holds for children that are there', () => {
  const { lines, output } = collect();
  const log = openLog({ level: 'info', format: 'json' }, {}, output);
  const child = log.child({});
  child.debug({}, 'unseen');
  log.configure({ level: 'debug', format: 'json' });
  child.debug({}, 'seen');
  assert.deepEqual(
    lines.map(line => JSON.parse(line).msg),
    ['seen'],
  );
});

test('readable lines are no JSON', async () => {
  const { lines, output } = collect();
  const log = openLog({ level: 'info', format: 'pretty' }, {}, output);
  while (lines.at(-1)?.startsWith('{') !== false) {
    log.info({ tenant: 'project-a' }, 'tenant opened');
    await sleep(5);
  }
  assert.match(lines.at(-1) ?? '', /INFO.*tenant opened.*project-a/s);
});
