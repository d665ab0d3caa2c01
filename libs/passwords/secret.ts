/** Secrets of password files: whether a password fits, and new ones. Computes only; hashes take their time. */
import { createHash, hash, timingSafeEqual } from 'node:crypto';
import bcrypt from 'bcryptjs';
import { md5Crypt } from './md5-crypt.ts';
import { type SchemeName, schemeOf } from './secret-kind.ts';
import { shaCrypt } from './sha-crypt.ts';

const sha1Bytes = 20;

/** What the scheme's pattern found in the secret × password → whether they belong together. */
const fits: Readonly<Record<SchemeName, (parts: RegExpExecArray, password: string) => boolean>> = {
  'md5-crypt': ([, magic, salt = '', digest = ''], password) =>
    same(md5Crypt(password, magic as '$1$' | '$apr1$', salt), digest),

  sha1: ([, digest = ''], password) => same(hash('sha1', password, 'base64'), digest),

  // The letter tells of old bugs of others; the algorithm is one.
  bcrypt: ([, rest = ''], password) => bcrypt.compareSync(password, `$2b${rest}`),

  'salted-sha1': ([, text = ''], password) => {
    const bytes = Buffer.from(text, 'base64');
    return timingSafeEqual(saltedSha1(password, bytes.subarray(sha1Bytes)), bytes.subarray(0, sha1Bytes));
  },

  'sha-crypt': ([, id, rounds = '5000', salt = '', digest = ''], password) => {
    const kind =
      id === '5'
        ? ({ algorithm: 'sha256', bytes: 32 } as const)
        : ({ algorithm: 'sha512', bytes: 64 } as const);
    return same(shaCrypt(password, kind, salt, Number(rounds)), digest);
  },
};

/** Whether the password is the one that the secret was made of. Takes the same time for a right and a wrong one. */
export function fitsSecret(secret: string, password: string): boolean {
  const scheme = schemeOf(secret);
  if (!scheme) return same(password, secret) || same(password, secret.replace(/^\{PLAIN\}/, ''));
  const parts = scheme.whole.exec(secret);
  return parts !== null && fits[scheme.name](parts, password);
}

/** A new secret of 16 random bytes: bcrypt, which the reference and web servers read too. Takes tens of milliseconds. */
export function makeSecret(password: string, salt: Uint8Array): string {
  const settings = `$2b$10$${bcrypt.encodeBase64(salt, 16)}`;
  return bcrypt.hashSync(password, settings).replace(/^\$2b\$/, '$2y$');
}

function saltedSha1(password: string, salt: Uint8Array): Buffer {
  return createHash('sha1').update(password).update(salt).digest();
}

/** Compares without telling by time how much is right; digests make the lengths equal. */
function same(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}
