/** Password files as the reference has them: `user:secret` items, split by any white space, no comments. Pure. */
import { secretKind } from './secret-kind.ts';

/** user → secret */
export type Users = ReadonlyMap<string, string>;

export type PasswordFile = {
  /** Later items win over earlier ones. */
  readonly users: Users;
  /** Items without `:` and broken hashes, without their secrets: what stands before the first `:`. */
  readonly malformed: readonly string[];
};

/** A text with nothing in it asks for no login at all; one with nothing but malformed items lets nobody in. */
export function parsePasswordFile(text: string): PasswordFile {
  const users = new Map<string, string>();
  const malformed: string[] = [];
  for (const item of text.split(/\s+/).filter(part => part !== '')) {
    const colon = item.indexOf(':');
    const user = item.slice(0, Math.max(colon, 0));
    const secret = item.slice(colon + 1);
    if (colon < 0 || secretKind(secret) === null) malformed.push(user);
    else users.set(user, secret);
  }
  return { users, malformed };
}
