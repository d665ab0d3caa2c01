/** Kinds of values that SMTP and POP3 bring; see `kinds.ts`. */
import { parseDuration } from '../base/duration.ts';
import { secretKind } from '../passwords/secret-kind.ts';
import { parseChaosTriggers } from './chaos-triggers.ts';
import type { Kind } from './kinds.ts';
import type { CredentialSource } from './smtp-spec.ts';

/** Not 0. */
export const someTime: Kind<number> = {
  read: text => parseDuration(text) || null,
  allowed: 'a time such as 5s, 10m or 24h',
  json: { type: 'string', pattern: '^\\d+[smhd]$' },
};

/** A reference, or a user with a hash: never a password that could be read here. */
export const credential: Kind<CredentialSource> = {
  read: text => {
    if (/^(file:.|env:[A-Za-z_])\S*$/.test(text)) return text;
    const secret = /^[^:\s]*:(\S+)$/.exec(text)?.[1];
    const kind = secret === undefined ? null : secretKind(secret);
    return kind === null || kind === 'plain' ? null : text;
  },
  allowed:
    'user:hash as `mpctl tenant passwd` writes it, file:<path of a password file> or env:<name of a variable>',
  json: { type: 'string' },
};

/** A PEM file, or `sans:` and the names that a certificate is made for. */
export const certificate: Kind<string> = {
  read: text => {
    if (!text.startsWith('sans:')) return text === '' || text.includes('\0') ? null : text;
    const names = text
      .slice('sans:'.length)
      .split(',')
      .map(name => name.trim());
    return names.every(name => /^[A-Za-z0-9*]([A-Za-z0-9.:_*-]{0,252})$/.test(name))
      ? `sans:${names.join(',')}`
      : null;
  },
  allowed: 'the path of a PEM file, or sans: and host names with commas between them',
  json: { type: 'string', minLength: 1 },
};

/** Whether it is a regular expression, `parse.ts` looks: that takes a library that few need. */
export const pattern: Kind<string> = {
  read: text => (text === '' ? null : text),
  allowed: 'a regular expression',
  json: { type: 'string', minLength: 1 },
};

export const chaosTriggers: Kind<string> = {
  read: text => (parseChaosTriggers(text) ? text : null),
  allowed:
    'a list such as sender:451:10,recipient:450:20,authentication:535:5 with codes from 400 to 599 and percent from 0 to 100',
  json: { type: 'string' },
};
