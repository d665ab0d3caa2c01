import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderRow } from '../../mail/row.ts';
import type { SearchTerm } from '../../mail/search-query.ts';
import { aMail } from '../mail-for-tests.ts';
import type { ListRequest } from '../store.ts';
import { keep, many, type Run, text } from './fixture.ts';

/** What finds mail. */
export function testSearching(name: string, run: Run): void {
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
}
