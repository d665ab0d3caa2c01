/** MD5-crypt as FreeBSD (`$1$`) and Apache (`$apr1$`) write it: a thousand rounds of MD5. For old files only. */
import { hash } from 'node:crypto';
import { encodeGroup, stretch } from './crypt-encoding.ts';

const groups = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
];

/** The digest, as it stands behind the salt. At most 8 characters of the salt count. */
export function md5Crypt(password: string, magic: '$1$' | '$apr1$', fullSalt: string): string {
  const key = Buffer.from(password);
  const salt = Buffer.from(fullSalt.slice(0, 8));
  const inner = md5([key, salt, key]);
  const odd: Buffer[] = [];
  for (let i = key.length; i > 0; i >>= 1) odd.push(i & 1 ? Buffer.of(0) : key.subarray(0, 1));
  let digest = md5([key, Buffer.from(magic), salt, stretch(inner, key.length), ...odd]);
  for (let round = 0; round < 1000; round++) {
    const parts = [round % 2 ? key : digest];
    if (round % 3) parts.push(salt);
    if (round % 7) parts.push(key);
    parts.push(round % 2 ? digest : key);
    digest = md5(parts);
  }
  const byte = (i: number) => digest[i] ?? 0;
  return groups.map(group => encodeGroup(group.map(byte), 4)).join('') + encodeGroup([byte(11)], 2);
}

function md5(parts: readonly Buffer[]): Buffer {
  return hash('md5', Buffer.concat(parts), 'buffer');
}
