/** SHA-crypt, `$5$` and `$6$` (Drepper, "Unix crypt using SHA-256 and SHA-512"). Cost grows with the rounds. */
import { hash } from 'node:crypto';
import { encodeGroup, stretch } from './crypt-encoding.ts';

export type ShaCryptKind = { readonly algorithm: 'sha256' | 'sha512'; readonly bytes: 32 | 64 };

/** The digest, as it stands behind the salt. At most 16 characters of the salt count; rounds are 1,000 to 999,999,999. */
export function shaCrypt(
  password: string,
  { algorithm, bytes }: ShaCryptKind,
  fullSalt: string,
  rounds: number,
): string {
  const sha = (parts: readonly Buffer[]) => hash(algorithm, Buffer.concat(parts), 'buffer');
  const key = Buffer.from(password);
  const salt = Buffer.from(fullSalt.slice(0, 16));
  const inner = sha([key, salt, key]);
  const bits: Buffer[] = [];
  for (let i = key.length; i > 0; i >>= 1) bits.push(i & 1 ? inner : key);
  let digest = sha([key, salt, stretch(inner, key.length), ...bits]);
  const p = stretch(sha(Array<Buffer>(key.length).fill(key)), key.length);
  const s = stretch(sha(Array<Buffer>(16 + (digest[0] ?? 0)).fill(salt)), salt.length);
  const count = Math.min(Math.max(rounds, 1000), 999_999_999);
  for (let round = 0; round < count; round++) {
    const parts = [round % 2 ? p : digest];
    if (round % 3) parts.push(s);
    if (round % 7) parts.push(p);
    parts.push(round % 2 ? digest : p);
    digest = sha(parts);
  }
  return encode(digest, bytes);
}

/** Three bytes a group; which three moves on from group to group. */
function encode(digest: Buffer, bytes: 32 | 64): string {
  const third = Math.floor(bytes / 3);
  let [a, b, c] = [0, third, 2 * third];
  let text = '';
  for (let i = 0; i < third; i++) {
    text += encodeGroup([digest[a] ?? 0, digest[b] ?? 0, digest[c] ?? 0], 4);
    [a, b, c] = bytes === 32 ? [c + 1, a + 1, b + 1] : [b + 1, c + 1, a + 1];
  }
  return bytes === 32
    ? text + encodeGroup([digest[31] ?? 0, digest[30] ?? 0], 3)
    : text + encodeGroup([digest[63] ?? 0], 2);
}
