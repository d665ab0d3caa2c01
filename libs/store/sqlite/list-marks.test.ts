import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ListMarks } from './list-marks.ts';
import type { ListKey } from './mail-table.ts';

const inOrder = ([createdA, numberA]: ListKey, [createdB, numberB]: ListKey) =>
  createdB - createdA || numberB - numberA;

test('marks stay where they are, whatever comes and goes around them', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), at: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: fc.nat(60) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('look' as const), at: fc.nat(70) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 60, maxLength: 200 }), steps => {
      const marks = new ListMarks(5, 6);
      const list: ListKey[] = [];
      let number = 0;
      for (const { kind, at } of steps) {
        if (kind === 'add') {
          const key: ListKey = [at, ++number];
          list.push(key);
          list.sort(inOrder);
          marks.added(key);
        } else if (kind === 'remove') {
          const [gone] = list.splice(at % Math.max(1, list.length), 1);
          if (gone) marks.removed(gone);
        } else {
          const keyBelow = (key: ListKey, count: number) =>
            list.filter(each => inOrder(key, each) < 0)[count - 1] ?? null;
          const mark = marks.near(at, keyBelow);
          assert.ok(mark.above <= at);
          assert.equal(list.filter(each => inOrder(each, mark.key) <= 0).length, mark.above);
          // No further than a step from what is asked for, or from the end.
          assert.ok(Math.min(at, list.length) - mark.above <= 5);
          const over = marks.over(list[at] ?? [0, 0]);
          assert.equal(list.filter(each => inOrder(each, over.key) <= 0).length, over.above);
        }
      }
    }),
  );
});
