/** What a secret of a password file is, told by its mark. Loads nothing that hashes. */

/** To verify a `slow` one takes milliseconds, which belong on another thread; the others take microseconds. */
export type SecretKind = 'plain' | 'fast' | 'slow';

export type SchemeName = 'md5-crypt' | 'sha1' | 'bcrypt' | 'salted-sha1' | 'sha-crypt';

export type Scheme = {
  readonly name: SchemeName;
  readonly kind: SecretKind;
  readonly mark: RegExp;
  /** A whole secret of this scheme. */
  readonly whole: RegExp;
};

/** In the order in which they are tried; what has no mark is plain text. */
const schemes: readonly Scheme[] = [
  {
    name: 'md5-crypt',
    kind: 'slow',
    mark: /^\$(apr1|1)\$/,
    whole: /^(\$(?:apr1|1)\$)([^$]*)\$([./A-Za-z0-9]{22})$/,
  },
  { name: 'sha1', kind: 'fast', mark: /^\{SHA\}/, whole: /^\{SHA\}([A-Za-z0-9+/]{27}=)$/ },
  { name: 'bcrypt', kind: 'slow', mark: /^\$2[abxy]\$/, whole: /^\$2[abxy](\$\d\d\$[./A-Za-z0-9]{53})$/ },
  { name: 'salted-sha1', kind: 'fast', mark: /^\{SSHA\}/, whole: /^\{SSHA\}([A-Za-z0-9+/]{28,}={0,2})$/ },
  {
    name: 'sha-crypt',
    kind: 'slow',
    mark: /^\$[56]\$/,
    whole: /^\$([56])\$(?:rounds=(\d+)\$)?([^$]*)\$([./A-Za-z0-9]{43}|[./A-Za-z0-9]{86})$/,
  },
];

/** null: plain text. */
export function schemeOf(secret: string): Scheme | null {
  return schemes.find(({ mark }) => mark.test(secret)) ?? null;
}

/** The kind, or null when the secret begins like a hash and is none. */
export function secretKind(secret: string): SecretKind | null {
  const scheme = schemeOf(secret);
  if (!scheme) return 'plain';
  return scheme.whole.test(secret) ? scheme.kind : null;
}
