import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aMail } from '../mail-for-tests.ts';
import { ids, keep, many, type Run } from './fixture.ts';

/** Lists, pages and numbers. */
export function testListing(name: string, run: Run): void {
  describe(`${name} lists`, () => {
    it('newest first by creation, then by arrival', () =>
      run(async mailbox => {
        await keep(mailbox, [
          aMail('b', { createdAtMs: 20 }),
          aMail('d', { createdAtMs: 40 }),
          aMail('a', { createdAtMs: -10 }),
          aMail('c1', { createdAtMs: 30 }),
          aMail('c2', { createdAtMs: 30 }),
        ]);
        assert.deepEqual(await ids(mailbox), ['d', 'c2', 'c1', 'b', 'a']);
        assert.equal((await mailbox.find('latest'))?.id, 'd');
        assert.ok(await mailbox.raw('latest'));
      }));

    it('pages by start and limit, and by time', () =>
      run(async mailbox => {
        await keep(mailbox, many(7));
        const page = async (start: number, limit: number, beforeMs?: number) =>
          (await mailbox.list({ start, limit, ...(beforeMs === undefined ? {} : { beforeMs }) })).map(
            r => r.id,
          );
        assert.deepEqual(await page(0, 2), ['m7', 'm6']);
        assert.deepEqual(await page(5, 5), ['m2', 'm1']);
        assert.deepEqual(await page(7, 5), []);
        for (const far of [1e9, 2 ** 53, 2 ** 63, Number.MAX_VALUE]) {
          assert.deepEqual(await page(far, 5), []);
          assert.deepEqual(await page(far, 5, 3000), []);
          const query = { terms: [{ kind: 'read', negated: true } as const] };
          for (const shown of [{}, { query }])
            assert.deepEqual((await mailbox.page({ start: far, limit: 5, ...shown })).rows, []);
        }
        assert.deepEqual(await page(0, 0, 3000), ['m2', 'm1']);
        assert.deepEqual(await page(1, 2, 6000), ['m4', 'm3']);
      }));

    it('tells where a mail stands, and where a time begins', () =>
      run(async mailbox => {
        await keep(mailbox, [...many(700), aMail('twin', { createdAtMs: 700_000 })]);
        const offsets = await Promise.all(
          ['twin', 'm700', 'm1', 'latest', 'none'].map(id => mailbox.offsetOf(id)),
        );
        assert.deepEqual(offsets, [0, 1, 700, 0, null]);
        const list = await ids(mailbox);
        assert.equal(await mailbox.offsetOf('m321'), list.indexOf('m321'));
        assert.deepEqual(
          await Promise.all([700_000, 699_999, 999, 1000, 0].map(atMs => mailbox.countAfter(atMs))),
          [0, 2, 701, 700, 701],
        );
      }));

    it('tells how mail spreads over time', () =>
      run(async mailbox => {
        await keep(mailbox, [...many(1300), aMail('early', { createdAtMs: -1 })]);
        const counts = await mailbox.timeCounts(500_000);
        assert.deepEqual(counts, [
          { fromMs: 1_000_000, count: 301 },
          { fromMs: 500_000, count: 500 },
          { fromMs: 0, count: 499 },
          { fromMs: -500_000, count: 1 },
        ]);
      }));

    it('numbers grow by one and never come again', () =>
      run(async mailbox => {
        await keep(mailbox, many(3));
        await mailbox.remove(['m3']);
        await mailbox.insert(aMail('m4'));
        await mailbox.remove('all');
        await mailbox.insert(aMail('m5'));
        assert.equal((await mailbox.find('m5'))?.number, 5);
      }));
  });
}
