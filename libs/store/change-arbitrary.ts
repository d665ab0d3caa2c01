import fc from 'fast-check';
import type { Change } from './change.ts';
import { aMail } from './mail-for-tests.ts';

const ids = Array.from({ length: 12 }, (_, i) => `m${i}`);
const tags = fc.array(fc.constantFrom('a', 'A', 'b', 'B b', 'c.d'), { maxLength: 3 });
const id = fc.constantFrom(...ids);
const which = fc.oneof(fc.constant('all' as const), fc.array(id, { maxLength: 5 }));
const tag = fc.constantFrom('a', 'A', 'b', 'B', 'b b', 'c.d', 'none');
const retention = fc.record({
  maxMessages: fc.constantFrom(0, 0, 1, 3, 6),
  maxAgeMs: fc.constantFrom(0, 0, 0, 5, 20),
  maxBytes: fc.constantFrom(0, 0, 0, 60, 200),
});

/** Changes of one mailbox with few ids, tags and times, so that they meet. */
export const changeArbitrary: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({ id, createdAtMs: fc.nat(40), tags, size: fc.nat(90), retention, atMs: fc.nat(40), word: id })
      .map(({ id, createdAtMs, tags, size, retention, atMs, word }): Change => {
        const raw = Buffer.alloc(size, id);
        return { kind: 'mail', ...aMail(id, { createdAtMs, tags, raw, text: `t ${word}` }), retention, atMs };
      }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ id, tag, retention, atMs: fc.nat(40) }).map(({ id, tag, ...rest }): Change => {
      const raw = Buffer.from(`Subject: ${id}\r\nX-Tags: ${tag}\r\n\r\nt ${id}\r\n`);
      return { kind: 'arrival', id, arrivedAtMs: rest.atMs, username: '', raw, ...rest };
    }),
  },
  fc.record({ kind: fc.constant('prune' as const), retention, atMs: fc.nat(60) }),
  fc.record({ kind: fc.constant('remove' as const), which }),
  fc.record({ kind: fc.constant('read' as const), which, read: fc.boolean() }),
  fc.record({ kind: fc.constant('tags' as const), ids: fc.array(id, { maxLength: 5 }), tags }),
  fc.record({ kind: fc.constant('rename-tag' as const), name: tag, newName: tag }),
  fc.record({ kind: fc.constant('remove-tag' as const), name: tag }),
);
