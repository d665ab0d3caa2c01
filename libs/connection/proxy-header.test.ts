import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseProxyHeader } from './proxy-header.ts';

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

function v2(command: number, family: number, addresses: Buffer, length = addresses.length): Buffer {
  return Buffer.concat([signature, Buffer.from([command, family, length >> 8, length & 255]), addresses]);
}

const v4Addresses = Buffer.from([192, 0, 2, 1, 192, 0, 2, 2, 4, 210, 0, 25]);
const v6 = (hex: string) => Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(20)]);

const rows: [what: string, header: Buffer, source: string | null | 'bad'][] = [
  ['TCP4', Buffer.from('PROXY TCP4 192.0.2.1 192.0.2.2 1234 25\r\n'), '192.0.2.1'],
  ['TCP6', Buffer.from('PROXY TCP6 2001:db8::1 ::1 1 65535\r\n'), '2001:db8::1'],
  ['UNKNOWN', Buffer.from('PROXY UNKNOWN\r\n'), null],
  ['UNKNOWN with anything', Buffer.from('PROXY UNKNOWN a b c\r\n'), null],
  ['a port too large', Buffer.from('PROXY TCP4 192.0.2.1 192.0.2.2 1234 65536\r\n'), 'bad'],
  ['a port that is none', Buffer.from('PROXY TCP4 192.0.2.1 192.0.2.2 01 x\r\n'), 'bad'],
  ['too few words', Buffer.from('PROXY TCP4 192.0.2.1 192.0.2.2 25\r\n'), 'bad'],
  ['an address of the other family', Buffer.from('PROXY TCP4 ::1 ::2 1 2\r\n'), 'bad'],
  ['another protocol', Buffer.from('PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n'), 'bad'],
  ['108 bytes', Buffer.from(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`), 'bad'],
  ['no header', Buffer.from('EHLO x\r\n'), 'bad'],
  ['version 2, IPv4', v2(0x21, 0x11, v4Addresses), '192.0.2.1'],
  [
    'version 2, IPv4 and extensions',
    v2(0x21, 0x11, Buffer.concat([v4Addresses, Buffer.alloc(30)])),
    '192.0.2.1',
  ],
  ['version 2, IPv6', v2(0x21, 0x21, v6('20010db8000000000000000000000001')), '2001:db8::1'],
  ['version 2, IPv4 in IPv6', v2(0x21, 0x21, v6('00000000000000000000ffffc0000201')), '192.0.2.1'],
  ['version 2, a health check', v2(0x20, 0x00, Buffer.alloc(0)), null],
  ['version 2, unix', v2(0x21, 0x31, Buffer.alloc(216)), null],
  ['version 2, too short for its family', v2(0x21, 0x11, v4Addresses.subarray(0, 11)), 'bad'],
  ['version 3', v2(0x31, 0x11, v4Addresses), 'bad'],
  ['version 2, another command', v2(0x22, 0x11, v4Addresses), 'bad'],
  ['version 2, much too long', v2(0x21, 0x11, v4Addresses, 5000), 'bad'],
];

for (const [what, header, source] of rows) {
  test(`${what}, as it comes`, () => {
    const bytes = Buffer.concat([header, Buffer.from('EHLO x\r\n')]);
    const expected = source === 'bad' ? { type: 'bad' } : { type: 'whole', bytes: header.length, source };
    assert.deepEqual(parseProxyHeader(bytes), expected);
    if (source === 'bad') return;
    for (let i = 0; i < header.length; i++) {
      assert.deepEqual(parseProxyHeader(bytes.subarray(0, i)), { type: 'partial' }, `${i} bytes`);
    }
  });
}

test('anything is whole, partial or bad', () => {
  const start = fc.constantFrom(
    signature,
    Buffer.from('PROXY '),
    Buffer.from('PROXY TCP4 1.2.3.4 '),
    Buffer.alloc(0),
  );
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 300 }), (head, tail) => {
      const bytes = Buffer.concat([head, tail]);
      const header = parseProxyHeader(bytes);
      if (header.type === 'whole') assert.ok(header.bytes <= bytes.length);
      if (header.type === 'partial') assert.ok(bytes.length < 4096);
    }),
  );
});
