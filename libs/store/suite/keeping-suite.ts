import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { aMail } from '../mail-for-tests.ts';
import { ids, type Run, text, uidOf } from './fixture.ts';

/** Mail comes back as it was given. */
export function testKeeping(name: string, run: Run): void {
  describe(`${name} keeps mail`, () => {
    it('an empty mailbox', () =>
      run(async mailbox => {
        assert.deepEqual(await mailbox.counts(), { total: 0, unread: 0, bytes: 0 });
        assert.deepEqual(await mailbox.list({ start: 0, limit: 0 }), []);
        assert.equal(await mailbox.find('latest'), null);
        assert.equal(await mailbox.raw('latest'), null);
        assert.deepEqual(await mailbox.tags(), []);
        assert.deepEqual(await mailbox.remove('all'), []);
        assert.deepEqual(await mailbox.setRead('all', true), []);
      }));

    it('gives back what it was given', () =>
      run(async mailbox => {
        const raw = Buffer.from([0, 255, 13, 10, 46, 13, 10, 200]);
        const mail = aMail('one', { raw, tags: ['x', 'y z'], attachments: 2, inlines: 1 });
        await mailbox.insert(mail);
        assert.deepEqual(await mailbox.find('one'), { ...mail.row, number: 1 });
        assert.deepEqual(await mailbox.raw('one'), raw);
        assert.deepEqual(await mailbox.list({ start: 0, limit: 50 }), [{ ...mail.row, number: 1 }]);
        assert.deepEqual(await mailbox.counts(), { total: 1, unread: 1, bytes: raw.length });
      }));

    it('mail by its Message-ID', () =>
      run(async mailbox => {
        await mailbox.insert(aMail('one', { messageId: 'Some@Where' }));
        assert.equal(await mailbox.hasMessageId('Some@Where'), true);
        assert.equal(await mailbox.hasMessageId('some@where'), false);
        await mailbox.remove(['one']);
        assert.equal(await mailbox.hasMessageId('Some@Where'), false);
      }));

    it('empty, small and large mail byte for byte', () =>
      run(async mailbox => {
        const raws = [0, 1, 2_000, 70_000, 300_000, 3_000_000].map(size =>
          Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * i) >> (i % 7))),
        );
        await Promise.all(raws.map((raw, i) => mailbox.insert(aMail(`m${i}`, { raw }))));
        for (const [i, raw] of raws.entries()) {
          assert.equal((await mailbox.raw(`m${i}`))?.compare(raw), 0, `${raw.length} bytes`);
        }
      }));

    it('any part of a mail, in pieces, and the rest of one that is removed meanwhile', () =>
      run(async mailbox => {
        const sized = (size: number) => Buffer.from(Uint8Array.from({ length: size }, (_, i) => i % 251));
        // The last does not become shorter when it is packed.
        const raws = [sized(2_000), sized(300_000), sized(3_000_000), randomBytes(2_000_000)];
        await Promise.all(raws.map((raw, i) => mailbox.insert(aMail(`m${i}`, { raw }))));
        for (const [i, raw] of raws.entries()) {
          const end = raw.length - 1;
          for (const [first, last] of [
            [0, end],
            [0, 0],
            [end, end],
            [1, 1_500],
            [end >> 1, end],
            [end - 70_000, end - 1],
          ] as const) {
            if (first < 0) continue;
            const pieces = await mailbox.rawStream(`m${i}`, { first, last });
            const bytes = Buffer.concat((await pieces?.toArray()) ?? []);
            assert.equal(bytes.compare(raw.subarray(first, last + 1)), 0, `m${i} ${first}-${last}`);
          }
        }
        assert.equal(await mailbox.rawStream('nobody', { first: 0, last: 0 }), null);
        for (const [i, raw] of raws.entries()) {
          const pieces = await mailbox.rawStream(`m${i}`, { first: 0, last: raw.length - 1 });
          assert.deepEqual(await mailbox.remove([`m${i}`]), [`m${i}`]);
          assert.equal(Buffer.concat((await pieces?.toArray()) ?? []).compare(raw), 0, `m${i}, removed`);
          assert.equal(await mailbox.rawStream(`m${i}`, { first: 0, last: 0 }), null);
          assert.equal(await mailbox.raw(`m${i}`), null);
        }
        // Nobody who looks at mail that goes away is told that the mailbox is broken.
        await mailbox.insert(aMail('gone', { raw: raws[2] ?? sized(0) }));
        const looks = Array.from({ length: 20 }, () => mailbox.raw('gone'));
        await mailbox.remove(['gone']);
        for (const raw of await Promise.all(looks)) assert.ok(raw === null || raw.length === 3_000_000);
        assert.equal((await mailbox.counts()).total, 0);
      }));

    it('text of all scripts, NUL included', () =>
      run(async mailbox => {
        const messageId = 'a\0b \u2028 \u{1F600} ünï';
        const mail = aMail('one', {
          messageId,
          subject: `nul \0 ${messageId}`,
          text: 'ünï \u{1F600} % _ \\',
        });
        await mailbox.insert(mail);
        assert.equal((await mailbox.find('one'))?.messageId, messageId);
        assert.deepEqual(await mailbox.match({ terms: [text(messageId, 'subject')] }), ['one']);
        for (const part of ['ï \u{1F600} %', '% _', '_ \\', 'x'.repeat(10_000)])
          assert.deepEqual(
            await mailbox.match({ terms: [text(part)] }),
            part.startsWith('x') ? [] : ['one'],
            part,
          );
      }));

    it('an id that is there already changes nothing', () =>
      run(async mailbox => {
        await mailbox.insert(aMail('one', { messageId: 'first' }));
        await mailbox.insert(aMail('one', { messageId: 'second' }));
        assert.equal((await mailbox.counts()).total, 1);
        assert.equal((await mailbox.find('one'))?.messageId, 'first');
      }));

    it('takes changes in the order of their calls, and looks after all that were called before', () =>
      run(async mailbox => {
        const [, before, , after] = await Promise.all([
          mailbox.insert(aMail('one')),
          mailbox.counts(),
          mailbox.setRead(['one'], true),
          mailbox.find('one'),
        ]);
        assert.equal(before.total, 1);
        assert.equal(after?.read, true);
        const [, removed] = await Promise.all([
          mailbox.insert(aMail('two')),
          mailbox.remove('all'),
          mailbox.insert(aMail('three')),
        ]);
        assert.deepEqual(removed.toSorted(), ['one', 'two']);
        assert.deepEqual(await ids(mailbox), ['three']);
      }));

    it('one mailbox knows nothing of another', () =>
      run(async (mailbox, fixture) => {
        const other = fixture.mailbox({ uid: uidOf(2) });
        await Promise.all([mailbox.insert(aMail('mine')), other.insert(aMail('theirs', { tags: ['t'] }))]);
        assert.deepEqual(await ids(mailbox), ['mine']);
        assert.equal(await mailbox.find('theirs'), null);
        assert.equal(await mailbox.raw('theirs'), null);
        assert.deepEqual(await mailbox.tags(), []);
        assert.deepEqual(await mailbox.remove(['theirs', 'nobodys']), []);
        assert.deepEqual(await mailbox.setRead(['theirs'], true), []);
        await mailbox.remove('all');
        assert.deepEqual(await ids(other), ['theirs']);
      }));

    it('has its mail again after it was closed', () =>
      run(async (mailbox, fixture) => {
        await mailbox.insert(aMail('one', { tags: ['a'] }));
        await mailbox.setRead('all', true);
        const before = await mailbox.find('one');
        await fixture.release();
        const again = fixture.mailbox();
        assert.deepEqual(await again.find('one'), before);
        await again.insert(aMail('two'));
        assert.equal((await again.find('two'))?.number, 2);
      }));
  });
}
