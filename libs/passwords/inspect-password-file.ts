import { schemeOf, secretKind } from './secret-kind.ts';

export type PasswordFileFault = {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in characters. */
  readonly column: number;
  /** Without the secret. */
  readonly message: string;
};

export type InspectedPasswordFile = {
  readonly faults: readonly PasswordFileFault[];
  /** Users whose items can be read, a later item instead of an earlier one of the same user. */
  readonly users: number;
  /** Those of whom the password is not there in plain. */
  readonly hashed: readonly string[];
};

/** What is wrong with a password file, item by item; read like `parsePasswordFile` reads it. Pure. */
export function inspectPasswordFile(text: string): InspectedPasswordFile {
  const faults: PasswordFileFault[] = [];
  const kinds = new Map<string, ReturnType<typeof secretKind>>();
  for (const [at, line] of text.split('\n').entries()) {
    for (const { 0: item, index } of line.matchAll(/\S+/g)) {
      const colon = item.indexOf(':');
      const user = item.slice(0, Math.max(colon, 0));
      const secret = item.slice(colon + 1);
      const kind = secretKind(secret);
      if (colon >= 0 && kind !== null) kinds.set(user, kind);
      else faults.push({ line: at + 1, column: index + 1, message: faultOf(user, secret, colon) });
    }
  }
  const hashed = [...kinds].flatMap(([user, kind]) => (kind === 'plain' ? [] : [user]));
  return { faults, users: kinds.size, hashed };
}

/** What has no colon may be a password: it is not shown. */
function faultOf(user: string, secret: string, colon: number): string {
  if (colon < 0) return 'an item without ":" is no user and lets nobody in';
  return `the password of ${user} begins like ${schemeOf(secret)?.name} and is none: it lets nobody in`;
}
