import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { TenantUid } from '../base/ids.ts';
import type { Change } from '../store/change.ts';
import { aMail, noLimits } from '../store/mail-for-tests.ts';
import { decodeRecords, encodeRecord, FoundRecord, type JournalRecord } from './record.ts';

const salt = { mark: 0x01020304, seed: 77 };
const uid = '00112233445566ff' as TenantUid;

const change: fc.Arbitrary<Change> = fc.oneof(
  fc
    .tuple(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 300 }), fc.string())
    .map(([messageId, raw, text]): Change => {
      const mail = aMail('x', { messageId, raw: Buffer.from(raw), text });
      return { kind: 'mail', ...mail, retention: noLimits, atMs: 1 };
    }),
  fc.tuple(fc.string(), fc.uint8Array({ maxLength: 300 })).map(
    ([username, raw]): Change => ({
      kind: 'arrival',
      ...{ id: 'y', arrivedAtMs: 2, username, raw: Buffer.from(raw), retention: noLimits, atMs: 2 },
    }),
  ),
  fc.array(fc.string()).map((which): Change => ({ kind: 'remove', which })),
  fc
    .tuple(fc.string(), fc.string())
    .map(([name, newName]): Change => ({ kind: 'rename-tag', name, newName })),
);
const records: fc.Arbitrary<JournalRecord[]> = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 2 ** 50 }), change)
    .map(([position, change]) => ({ uid, position, change })),
  { minLength: 1, maxLength: 6 },
);

const write = (list: readonly JournalRecord[]) =>
  list.map((record, batch) => Buffer.concat([...encodeRecord(record, batch, salt)]));
const read = (bytes: Buffer) => [...decodeRecords(bytes, 0, salt)];
const remove = (position: number): JournalRecord => ({
  uid,
  position,
  change: { kind: 'remove', which: 'all' },
});
const isFound = (part: object): part is FoundRecord => part instanceof FoundRecord;

describe('records', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(records, list => {
        const found = read(Buffer.concat(write(list)));
        assert.deepEqual(
          found.map(part => isFound(part) && { uid: part.uid, position: part.position, change: part.change }),
          list.map(record => ({ ...record })),
        );
      }),
    );
  });

  it('a record within a mail is not one', () => {
    const inner = aMail('x', { raw: Buffer.concat([...encodeRecord(remove(1), 0, { mark: 9, seed: 9 })]) });
    const outer: JournalRecord = {
      ...remove(2),
      change: { kind: 'mail', ...inner, retention: noLimits, atMs: 0 },
    };
    const bytes = write([outer])[0] as Buffer;
    bytes[0] = 0;
    assert.deepEqual(read(bytes), [{ offset: 0, endOffset: bytes.length }]);
  });

  it('one that is damaged costs nothing but itself', () => {
    fc.assert(
      fc.property(
        records,
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (list, which, where, flip) => {
          const parts = write(list);
          const index = which % parts.length;
          const part = parts[index] as Buffer;
          const at = where % part.length;
          part[at] = (part[at] as number) ^ flip;
          const found = read(Buffer.concat(parts));
          assert.deepEqual(
            found.filter(isFound).map(({ position }) => position),
            list.filter((_, i) => i !== index).map(({ position }) => position),
          );
          const damage = found.filter(part => !isFound(part));
          assert.equal(damage.length, 1);
          assert.equal((damage[0]?.endOffset ?? 0) - (damage[0] as { offset: number }).offset, part.length);
        },
      ),
    );
  });

  it('one that is cut short is told, and those before it are there', () => {
    fc.assert(
      fc.property(records, fc.nat(), (list, where) => {
        const parts = write(list);
        const last = parts.at(-1) as Buffer;
        const whole = Buffer.concat(parts);
        const found = read(whole.subarray(0, whole.length - 1 - (where % (last.length - 1))));
        assert.equal(found.filter(isFound).length, list.length - 1);
        assert.equal(found.filter(part => !isFound(part)).length, 1);
      }),
    );
  });
});
