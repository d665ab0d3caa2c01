import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aMail, noLimits } from '../mail-for-tests.ts';
import { ids, keep, many, type Run, uidOf } from './fixture.ts';

/** What removes mail by itself. */
export function testLimits(name: string, run: Run): void {
  describe(`${name} holds its limits`, () => {
    it('by number: the oldest goes, whenever it came', () =>
      run(async (_, fixture) => {
        const pruned: string[] = [];
        const mailbox = fixture.mailbox({
          uid: uidOf(2),
          retention: { ...noLimits, maxMessages: 2 },
          onPruned: gone => pruned.push(...gone),
        });
        await keep(mailbox, [
          aMail('b', { createdAtMs: 20 }),
          aMail('c', { createdAtMs: 30 }),
          aMail('a', { createdAtMs: 10 }),
          aMail('d', { createdAtMs: 40, tags: ['t'] }),
        ]);
        assert.deepEqual(await ids(mailbox), ['d', 'c']);
        assert.deepEqual(pruned.toSorted(), ['a', 'b']);
      }));

    it('by bytes', () =>
      run(async (_, fixture) => {
        const mailbox = fixture.mailbox({ uid: uidOf(2), retention: { ...noLimits, maxBytes: 250 } });
        await keep(mailbox, many(3));
        assert.deepEqual(await ids(mailbox), ['m3', 'm2']);
        assert.equal((await mailbox.counts()).bytes, 200);
      }));

    it('by age, when mail arrives and when asked', () =>
      run(async (_, fixture) => {
        const mailbox = fixture.mailbox({ uid: uidOf(2), retention: { ...noLimits, maxAgeMs: 1000 } });
        fixture.setNow(5000);
        await keep(mailbox, [aMail('old', { createdAtMs: 4000 }), aMail('new', { createdAtMs: 5000 })]);
        assert.deepEqual(await ids(mailbox), ['new', 'old']);
        fixture.setNow(5001);
        assert.deepEqual(await mailbox.prune(), ['old']);
        await mailbox.insert(aMail('stale', { createdAtMs: 1 }));
        assert.deepEqual(await ids(mailbox), ['new']);
      }));

    it('says how old its oldest mail is', () =>
      run(async mailbox => {
        assert.equal(await mailbox.oldestAtMs(), null);
        await keep(mailbox, [aMail('a', { createdAtMs: 20 }), aMail('b', { createdAtMs: 10 })]);
        assert.equal(await mailbox.oldestAtMs(), 10);
      }));

    it('of a mailbox that nobody uses, and of one that somebody does', () =>
      run(async (mailbox, fixture) => {
        await keep(mailbox, many(3));
        fixture.setNow(3500);
        assert.equal(await fixture.tend({ ...noLimits, maxAgeMs: 2000 }), 2000);
        assert.deepEqual(await ids(mailbox), ['m3', 'm2']);
        await fixture.release();
        assert.equal(await fixture.tend({ ...noLimits, maxMessages: 1 }), 3000);
        assert.equal(await fixture.tend({ ...noLimits, maxAgeMs: 1 }), null);
        const again = fixture.mailbox();
        assert.deepEqual(await ids(again), []);
        await again.insert(aMail('m4'));
        assert.equal((await again.find('m4'))?.number, 4);
      }));

    it('new limits at once', () =>
      run(async mailbox => {
        await keep(mailbox, many(700));
        const gone = await mailbox.setRetention({ ...noLimits, maxMessages: 2 });
        assert.equal(gone.length, 698);
        assert.deepEqual(await ids(mailbox), ['m700', 'm699']);
        await mailbox.setRetention(noLimits);
        await mailbox.insert(aMail('m701', { createdAtMs: 701_000 }));
        assert.equal((await mailbox.counts()).total, 3);
      }));
  });
}
