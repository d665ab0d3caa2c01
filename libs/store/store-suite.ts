/** What every store must do. A backend's test calls {@link testStore} with a way to open it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTenantUid, type TenantUid } from '../base/ids.ts';
import { renderRow } from '../mail/row.ts';
import type { SearchTerm } from '../mail/search-query.ts';
import { aMail, noLimits } from './mail-for-tests.ts';
import type { ListRequest, Mailbox, MailboxOptions, NewMail, Retention, Store } from './store.ts';

/** An open store with a clock that the suite turns, in a place that is empty. */
export type StoreUnderTest = AsyncDisposable & {
  readonly store: Store;
  /** Milliseconds that its clock shows from now on. */
  setNow(nowMs: number): void;
  /** The tenant's folder, made when it is asked for. */
  dirOf(uid: TenantUid): string;
};

export function testStore(name: string, open: () => Promise<StoreUnderTest>): void {
  const run = async (body: (mailbox: Mailbox, fixture: Fixture) => Promise<void>): Promise<void> => {
    await using tested = await open();
    const fixture = new Fixture(tested);
    await body(fixture.mailbox(), fixture);
  };

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

  describe(`${name} searches`, () => {
    it('by text of each field, and by what is not there', () =>
      run(async mailbox => {
        await keep(mailbox, [
          aMail('one', { text: 'hello 100% wörld_x', from: 'ann ann@a.test', subject: '(re) hello' }),
          aMail('two', { text: 'hello there', to: 'ann ann@a.test', messageId: 'Two@Host' }),
        ]);
        const cases: [string, SearchTerm[]][] = [
          ['two one', [text('hello')]],
          ['one', [text('hello'), text('wörld_x')]],
          ['one', [text('100%')]],
          ['', [text('wörldyx')]],
          ['two', [text('hello'), { ...text('wörld'), negated: true }]],
          ['one', [text('ann', 'from')]],
          ['two', [text('ann', 'to')]],
          ['two one', [text('a.test', 'addressed')]],
          ['', [{ ...text('a.test', 'addressed'), negated: true }]],
          ['one', [text('(re)', 'subject')]],
          ['two', [text('two@', 'messageId')]],
          ['', [{ kind: 'never' }]],
          ['two one', []],
        ];
        for (const [found, terms] of cases) {
          assert.equal((await mailbox.match({ terms })).join(' '), found, JSON.stringify(terms));
        }
      }));

    it('by state, tags, time and size', () =>
      run(async mailbox => {
        await keep(mailbox, [
          aMail('one', { createdAtMs: 10, raw: Buffer.alloc(10), tags: ['Work'], attachments: 1 }),
          aMail('two', { createdAtMs: 20, raw: Buffer.alloc(20), inlines: 2 }),
          aMail('three', { createdAtMs: 30, raw: Buffer.alloc(30), tags: ['x', 'workshop'] }),
        ]);
        await mailbox.setRead(['two'], true);
        const cases: [string, SearchTerm][] = [
          ['two', { kind: 'read', negated: false }],
          ['three one', { kind: 'read', negated: true }],
          ['three one', { kind: 'tagged', negated: false }],
          ['two', { kind: 'tagged', negated: true }],
          ['one', { kind: 'attachments', negated: false }],
          ['three one', { kind: 'inlines', negated: true }],
          ['one', { kind: 'tag', name: 'wORK', negated: false }],
          ['three two', { kind: 'tag', name: 'work', negated: true }],
          ['two one', { kind: 'created', fromMs: 10, toMs: 20 }],
          ['three two', { kind: 'size', minBytes: 20, maxBytes: 30 }],
          ['three', { kind: 'size', minBytes: 21, maxBytes: Number.POSITIVE_INFINITY }],
          ['one', { kind: 'created', fromMs: Number.NEGATIVE_INFINITY, toMs: 19 }],
        ];
        for (const [found, term] of cases) {
          assert.equal((await mailbox.match({ terms: [term] })).join(' '), found, JSON.stringify(term));
        }
      }));

    it('pages, and counts when asked', () =>
      run(async mailbox => {
        await keep(mailbox, many(1300));
        await mailbox.setRead(['m1', 'm700', 'm1300'], true);
        const query = { terms: [{ kind: 'size', minBytes: 100, maxBytes: 100 } as const] };
        const page = await mailbox.search({ query, start: 1, limit: 2, beforeMs: 1_299_000, count: true });
        assert.deepEqual(
          page.rows.map(({ id }) => id),
          ['m1297', 'm1296'],
        );
        assert.deepEqual([page.total, page.unread], [1300, 1297]);
        const rowsOnly = await mailbox.search({ query, start: 0, limit: 3, count: false });
        assert.deepEqual([rowsOnly.rows.length, rowsOnly.total, rowsOnly.unread], [3, 0, 0]);
        assert.equal((await mailbox.search({ query, start: 0, limit: 0, count: false })).rows.length, 1300);
      }));

    it('pages as they are shown, as lists and searches have them', () =>
      run(async mailbox => {
        await keep(mailbox, many(1300));
        await mailbox.setRead(['m1', 'm700', 'm1300'], true);
        await mailbox.setTags(['m700', 'm1299'], ['a tag', 'B']);
        const [counts, tags] = [await mailbox.counts(), await mailbox.tags()];
        const pages: ListRequest[] = [
          { start: 0, limit: 3 },
          { start: 1250, limit: 100 },
          { start: 598, limit: 4 },
          { start: 0, limit: 0 },
          { start: 10, limit: 600 },
          { start: 1, limit: 2, beforeMs: 5000 },
        ];
        const terms: (readonly SearchTerm[])[] = [
          [],
          [{ kind: 'read', negated: true }],
          [{ kind: 'tag', name: 'b', negated: false }],
        ];
        for (const request of pages) {
          const rows = (await mailbox.list(request)).map(renderRow);
          const matches = { total: counts.total, unread: counts.unread };
          assert.deepEqual(await mailbox.page(request), { rows, counts, matches, tags });
          for (const some of terms) {
            const query = { terms: some };
            const { rows, ...matches } = await mailbox.search({ ...request, query, count: true });
            const expected = { rows: rows.map(renderRow), counts, matches, tags };
            assert.deepEqual(await mailbox.page({ ...request, query }), expected);
          }
        }
      }));
  });

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

class Fixture {
  readonly #tested: StoreUnderTest;

  constructor(tested: StoreUnderTest) {
    this.#tested = tested;
  }

  mailbox(options: Partial<MailboxOptions> = {}): Mailbox {
    const uid = options.uid ?? uidOf(1);
    return this.#tested.store.mailbox({ uid, dir: this.#tested.dirOf(uid), retention: noLimits, ...options });
  }

  tend(retention: Retention): Promise<number | null> {
    const uid = uidOf(1);
    return this.#tested.store.tend({ uid, dir: this.#tested.dirOf(uid), retention });
  }

  release(): Promise<void> {
    return this.#tested.store.release(uidOf(1));
  }

  setNow(nowMs: number): void {
    this.#tested.setNow(nowMs);
  }
}

const uidOf = (number: number) => parseTenantUid(String(number).padStart(16, '0')) as TenantUid;

const ids = async (mailbox: Mailbox) => (await mailbox.list({ start: 0, limit: 0 })).map(({ id }) => id);

/** m1, m2, …: a second apart, 100 bytes each. */
const many = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    aMail(`m${i + 1}`, { createdAtMs: (i + 1) * 1000, raw: Buffer.alloc(100, i) }),
  );

async function keep(mailbox: Mailbox, mails: readonly NewMail[]): Promise<void> {
  await Promise.all(mails.map(mail => mailbox.insert(mail)));
}

function text(wanted: string, field: (SearchTerm & { kind: 'text' })['field'] = 'all') {
  return { kind: 'text', field, text: wanted, negated: false } as const;
}
