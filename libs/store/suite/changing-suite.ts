import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aMail } from '../mail-for-tests.ts';
import { ids, keep, many, type Run } from './fixture.ts';

/** What changes mail: read state, removal and tags. */
export function testChanging(name: string, run: Run): void {
  describe(`${name} changes mail`, () => {
    it('marks as read and unread, and says what changed', () =>
      run(async mailbox => {
        await keep(mailbox, many(4));
        assert.deepEqual(await mailbox.setRead(['m1', 'm2', 'm1', 'none'], true), ['m1', 'm2']);
        assert.deepEqual(await mailbox.setRead(['m2', 'm3'], true), ['m3']);
        assert.equal((await mailbox.counts()).unread, 1);
        assert.deepEqual((await mailbox.setRead('all', false)).toSorted(), ['m1', 'm2', 'm3']);
        assert.equal((await mailbox.counts()).unread, 4);
        assert.equal((await mailbox.find('m1'))?.read, false);
      }));

    it('removes, and says what was there', () =>
      run(async mailbox => {
        await keep(mailbox, many(4));
        await mailbox.setRead(['m1'], true);
        assert.deepEqual(await mailbox.remove(['m1', 'none', 'm3', 'm3']), ['m1', 'm3']);
        assert.equal(await mailbox.find('m1'), null);
        assert.equal(await mailbox.raw('m1'), null);
        assert.deepEqual(await mailbox.counts(), { total: 2, unread: 2, bytes: 200 });
        assert.deepEqual((await mailbox.remove('all')).toSorted(), ['m2', 'm4']);
        assert.deepEqual(await mailbox.counts(), { total: 0, unread: 0, bytes: 0 });
      }));

    it('a thousand at once', () =>
      run(async mailbox => {
        await keep(mailbox, many(1200));
        assert.equal((await mailbox.setRead('all', true)).length, 1200);
        assert.equal((await mailbox.counts()).unread, 0);
        const odd = (await ids(mailbox)).filter((_, i) => i % 2 === 1);
        assert.equal((await mailbox.remove(odd)).length, 600);
        assert.equal((await mailbox.remove('all')).length, 600);
        assert.deepEqual(await ids(mailbox), []);
      }));
  });

  describe(`${name} tags`, () => {
    it('sets, replaces and takes away', () =>
      run(async mailbox => {
        await keep(mailbox, [aMail('one', { tags: ['b', 'a'] }), aMail('two')]);
        assert.deepEqual(await mailbox.setTags(['one', 'two', 'none'], ['c', 'a']), ['one', 'two']);
        assert.deepEqual((await mailbox.find('one'))?.tags, ['c', 'a']);
        assert.deepEqual(await mailbox.tags(), [
          { name: 'a', count: 2 },
          { name: 'c', count: 2 },
        ]);
        await mailbox.setTags(['one'], []);
        assert.deepEqual((await mailbox.find('one'))?.tags, []);
        await mailbox.remove(['two']);
        assert.deepEqual(await mailbox.tags(), []);
      }));

    it('the first spelling stays while a mail has it', () =>
      run(async mailbox => {
        await mailbox.insert(aMail('one', { tags: ['Work', 'WORK', 'b', 'work'] }));
        await mailbox.insert(aMail('two', { tags: ['wORK', 'A'] }));
        assert.deepEqual((await mailbox.find('one'))?.tags, ['Work', 'b']);
        assert.deepEqual((await mailbox.find('two'))?.tags, ['Work', 'A']);
        assert.deepEqual(
          (await mailbox.tags()).map(tag => tag.name),
          ['A', 'b', 'Work'],
        );
        await mailbox.remove('all');
        await mailbox.insert(aMail('three', { tags: ['work'] }));
        assert.deepEqual(await mailbox.tags(), [{ name: 'work', count: 1 }]);
      }));

    it('renames, joins, spells anew and removes', () =>
      run(async mailbox => {
        await keep(mailbox, [
          aMail('one', { tags: ['a', 'b', 'c'] }),
          aMail('two', { tags: ['b'] }),
          aMail('three', { tags: ['d'] }),
        ]);
        assert.deepEqual((await mailbox.renameTag('B', 'D')).toSorted(), ['one', 'two']);
        assert.deepEqual((await mailbox.find('one'))?.tags, ['a', 'd', 'c']);
        assert.deepEqual(
          (await mailbox.tags()).map(tag => `${tag.name} ${tag.count}`),
          ['a 1', 'c 1', 'd 3'],
        );
        assert.equal((await mailbox.renameTag('d', 'D')).length, 3);
        assert.deepEqual((await mailbox.find('three'))?.tags, ['D']);
        assert.equal((await mailbox.removeTag('d')).length, 3);
        assert.deepEqual((await mailbox.find('one'))?.tags, ['a', 'c']);
        assert.deepEqual(await mailbox.removeTag('d'), []);
        assert.deepEqual(await mailbox.renameTag('d', 'e'), []);
      }));
  });
}
