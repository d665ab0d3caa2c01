import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  emptyWindow,
  missingPages,
  offsetOf,
  rowAt,
  withNew,
  without,
  withPage,
  withUpdate,
} from './row-window.ts';

const row = (id: number) => ({ ID: `m${id}`, Read: false, Tags: [] as string[] });
/** newest first */
const mails = (count: number) => Array.from({ length: count }, (_, i) => row(count - 1 - i));

test('a page is found again by offset, and new mail moves no row that is being read', () => {
  let list = withPage(emptyWindow<ReturnType<typeof row>>(), 0, mails(100).slice(0, 50), 100);
  assert.equal(rowAt(list, 0)?.ID, 'm99');
  const ranks = [...list.rows.keys()];
  list = withNew(list, [row(100), row(101)]);
  assert.equal(rowAt(list, 0)?.ID, 'm101');
  assert.equal(rowAt(list, 2)?.ID, 'm99');
  assert.deepEqual([...list.rows.keys()].slice(0, 50), ranks);
  assert.equal(offsetOf(list, 'm99'), 2);
});

test('only pages with an unknown row are asked for', () => {
  const list = withPage(emptyWindow<ReturnType<typeof row>>(), 0, mails(200).slice(0, 50), 200);
  assert.deepEqual(missingPages(list, 0, 50, 50), []);
  assert.deepEqual(missingPages(list, 40, 120, 50), [50, 100]);
  assert.deepEqual(missingPages(list, 190, 900, 50), [150]);
});

test('a read state or tags reach the row', () => {
  const list = withUpdate(withNew(emptyWindow<ReturnType<typeof row>>(), [row(1)]), 'm1', { Read: true });
  assert.equal(rowAt(list, 0)?.Read, true);
});

test('any arrivals and deletes leave every known row where the mailbox has it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.record({ add: fc.integer({ min: 1, max: 5 }) }), fc.record({ at: fc.nat() })), {
        maxLength: 60,
      }),
      steps => {
        let truth = mails(30);
        let next = 30;
        let list = withPage(emptyWindow<ReturnType<typeof row>>(), 10, truth.slice(10, 20), 30);
        for (const step of steps) {
          if ('add' in step) {
            const arrived = Array.from({ length: step.add }, () => row(next++));
            truth = [...arrived.toReversed(), ...truth];
            list = withNew(list, arrived);
          } else if (truth.length > 0) {
            const gone = truth[step.at % truth.length] as ReturnType<typeof row>;
            truth = truth.filter(mail => mail !== gone);
            list = without(list, new Set([gone.ID]));
          }
          assert.equal(list.total, truth.length);
          for (let i = 0; i < truth.length; i++) {
            const known = rowAt(list, i);
            if (known) assert.equal(known.ID, truth[i]?.ID);
          }
        }
      },
    ),
  );
});
