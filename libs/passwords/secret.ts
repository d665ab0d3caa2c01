/** One secret of a password file: which kind it is, and whether a password fits. Computes only; hashes take their time. */
import { hash, timingSafeEqual } from 'node:crypto';
import bcrypt from 'bcryptjs';
import { md5Crypt } from './md5-crypt.ts';
import { shaCrypt } from './sha-crypt.ts';

/** To verify a `slow` one takes milliseconds, which belong on another thread; the others take microseconds. */
export type SecretKind = 'plain' | 'fast' | 'slow';

type Scheme = {
  readonly mark: RegExp;
  /** What a whole secret of this scheme looks like. */
  readonly whole: RegExp;
  readonly kind: SecretKind;
  readonly fits: (parts: RegExpExecArray, password: string) => boolean;
};

const sha1Bytes = 20;

/** In the order in which they are tried; what has no mark is plain text. */
const schemes: readonly Scheme[] = [
  {
    mark: /^\$(apr1|1)\$/,
    whole: /^(\$(?:apr1|1)\$)([^$]*)\$([./A-Za-z0-9]{22})$/,
    kind: 'slow',
    fits: ([, magic, salt = '', digest = ''], password) =>
      same(md5Crypt(password, magic as '$1$' | '$apr1$', salt), digest),
  },
  {
    mark: /^\{SHA\}/,
    whole: /^\{SHA\}([A-Za-z0-9+/]{27}=)$/,
    kind: 'fast',
    fits: ([, digest = ''], password) => same(hash('sha1', password, 'base64'), digest),
  },
  {
    mark: /^\$2[abxy]\$/,
    whole: /^\$2[abxy](\$\d\d\$[./A-Za-z0-9]{53})$/,
    kind: 'slow',
    // The letter tells of old bugs of others; the algorithm is one.
    fits: ([, rest = ''], password) => bcrypt.compareSync(password, `$2b${rest}`),
  },
  {
    mark: /^\{SSHA\}/,
    whole: /^\{SSHA\}([A-Za-z0-9+/]{28,}={0,2})$/,
    kind: 'fast',
    fits: ([, text = ''], password) => {
      const bytes = Buffer.from(text, 'base64');
      const salted = Buffer.concat([Buffer.from(password), bytes.subarray(sha1Bytes)]);
      return timingSafeEqual(hash('sha1', salted, 'buffer'), bytes.subarray(0, sha1Bytes));
    },
  },
  {
    mark: /^\$[56]\$/,
    whole: /^\$([56])\$(?:rounds=(\d+)\$)?([^$]*)\$([./A-Za-z0-9]{43}|[./A-Za-z0-9]{86})$/,
    kind: 'slow',
    fits: ([, id, rounds = '5000', salt = '', digest = ''], password) => {
      const kind =
        id === '5'
          ? ({ algorithm: 'sha256', bytes: 32 } as const)
          : ({ algorithm: 'sha512', bytes: 64 } as const);
      return same(shaCrypt(password, kind, salt, Number(rounds)), digest);
    },
  },
];

/** The kind, or null when the secret begins like a hash and is none. */
export function secretKind(secret: string): SecretKind | null {
  const scheme = schemes.find(({ mark }) => mark.test(secret));
  if (!scheme) return 'plain';
  return scheme.whole.test(secret) ? scheme.kind : null;
}

/** Whether the password is the one that the secret was made of. Takes the same time for a right and a wrong one. */
export function fitsSecret(secret: string, password: string): boolean {
  const scheme = schemes.find(({ mark }) => mark.test(secret));
  if (!scheme) return same(password, secret) || same(password, secret.replace(/^\{PLAIN\}/, ''));
  const parts = scheme.whole.exec(secret);
  return parts !== null && scheme.fits(parts, password);
}

/** A new secret of 16 random bytes: bcrypt, which the reference and web servers read too. Takes tens of milliseconds. */
export function makeSecret(password: string, salt: Uint8Array): string {
  const settings = `$2b$10$${bcrypt.encodeBase64(salt, 16)}`;
  return bcrypt.hashSync(password, settings).replace(/^\$2b\$/, '$2y$');
}

/** Compares without telling by time how much is right; digests make the lengths equal. */
function same(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}
