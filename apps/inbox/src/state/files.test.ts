import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { byMonth, startOfDate } from './days.ts';
import { endOfStem } from './file-name.ts';
import { zip } from './zip.ts';

/** Reads an archive by its directory, as every unpacker does. */
function unzip(archive: Buffer): Map<string, string> {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  const files = new Map<string, string>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    assert.equal(archive.readUInt32LE(at), 0x02014b50);
    const nameLength = archive.readUInt16LE(at + 28);
    const local = archive.readUInt32LE(at + 42);
    const size = archive.readUInt32LE(local + 22);
    const from = local + 30 + archive.readUInt16LE(local + 26);
    const bytes = archive.subarray(from, from + size);
    assert.equal(archive.readUInt32LE(at + 16), crc32(bytes));
    files.set(archive.toString('utf8', at + 46, at + 46 + nameLength), String(bytes));
    at += 46 + nameLength;
  }
  assert.equal(at, end);
  return files;
}

test('an archive has every file, under a name of its own that leaves no folder', () => {
  const bytes = (text: string) => Buffer.from(text);
  const archive = zip([
    { name: 'a.txt', bytes: bytes('one') },
    { name: 'a.txt', bytes: bytes('two') },
    { name: '../../etc/ü', bytes: bytes('') },
    { name: '../../etc/ü', bytes: bytes('') },
    { name: 'a\r\nb: c.txt', bytes: bytes('') },
  ]);
  assert.deepEqual(
    [...unzip(Buffer.concat(archive))],
    [
      ['a.txt', 'one'],
      ['a (2).txt', 'two'],
      ['_.._etc_ü', ''],
      ['_.._etc_ü (2)', ''],
      ['a__b_ c.txt', ''],
    ],
  );
});

test('a long name may be cut before its ending', () => {
  const ending = (name: string) => name.slice(endOfStem(name));
  assert.equal(ending('Invoice of the whole year 2026-11.pdf'), '6-11.pdf');
  assert.equal(ending('archive.tar.gz'), '.tar.gz');
  assert.equal(ending('a.b'), 'a.b');
  assert.equal(ending(`${'x'.repeat(100)}.not an extension`), 'sion');
  assert.equal(ending(''), '');
});

test('days are told by month, and a date finds its place', () => {
  const days = [
    { Date: '2026-11-21', Count: 3, Start: 0 },
    { Date: '2026-11-02', Count: 4, Start: 3 },
    { Date: '2026-09-30', Count: 5, Start: 7 },
  ];
  assert.deepEqual(
    byMonth(days).map(({ key, count }) => `${key} ${count}`),
    ['2026-11 7', '2026-09 5'],
  );
  assert.deepEqual(
    ['2026-12-01', '2026-11-21', '2026-11-20', '2026-10-05', '2020-01-01'].map(date =>
      startOfDate(days, date),
    ),
    [0, 0, 3, 7, 7],
  );
  assert.equal(startOfDate([], '2026-01-01'), null);
});
