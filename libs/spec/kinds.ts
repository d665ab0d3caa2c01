/**
 * Kinds of values: how each reads from the text in the file, and how what is allowed is said. All of them read text, so
 * that `660`, `0660` and `"0660"` are one mode, and `1e3` is a name.
 */
import { normalize } from 'node:path/posix';
import { parseBytes } from '../base/bytes.ts';
import { parseDuration } from '../base/duration.ts';
import { maxPort, parseBind, parseTcpBind, type WrittenBind } from './bind.ts';
import type { TcpBind } from './tenant-spec.ts';

export type JsonSchema = { readonly [keyword: string]: unknown };

export type Kind<T> = {
  /** null: not one of these. */
  readonly read: (text: string) => T | null;
  /** The end of "must be …". */
  readonly allowed: string;
  /** The same of a text that is nearly one; empty: of this one there is no more to say. */
  readonly nearly?: (text: string) => string;
  /** What an editor lets through. */
  readonly json: JsonSchema;
};

function readCount(text: string, least: number): number | null {
  const count = /^\d{1,15}$/.test(text) ? Number(text) : null;
  return count === null || count < least ? null : count;
}

export const count: Kind<number> = {
  read: text => readCount(text, 0),
  allowed: 'a whole number, 0 or more',
  json: { type: 'integer', minimum: 0 },
};

/** More would be a mistake: each is a process. */
const maxShards = 1024;

export const shardCount: Kind<number> = {
  read: text => {
    const shards = readCount(text, 0);
    return shards !== null && shards <= maxShards ? shards : null;
  },
  allowed: `a whole number, 0 to ${maxShards}`,
  json: { type: 'integer', minimum: 0, maximum: maxShards },
};

export const countFromOne: Kind<number> = {
  read: text => readCount(text, 1),
  allowed: 'a whole number, 1 or more',
  json: { type: 'integer', minimum: 1 },
};

export const byteSize: Kind<number> = {
  read: parseBytes,
  allowed: 'a number of bytes, a size such as 512KiB, 50MiB or 2GiB, or 0 for no limit',
  json: {
    anyOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', pattern: '^\\d+ ?(B|KiB|MiB|GiB)?$' },
    ],
  },
};

export const duration: Kind<number> = {
  read: parseDuration,
  allowed: 'a time such as 5s, 10m, 24h or 30d, or 0 for ever',
  json: { anyOf: [{ const: 0 }, { type: 'string', pattern: '^(0|\\d+[smhd])$' }] },
};

export const flag: Kind<boolean> = {
  read: text => (text === 'true' ? true : text === 'false' ? false : null),
  allowed: 'true or false',
  json: { type: 'boolean' },
};

/** Longer ones would not fit in a line of SMTP beside the host's name. */
const maxLabelLength = 200;

export const label: Kind<string> = {
  read: text => {
    const line = text.trim();
    return line.length <= maxLabelLength && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(line)
      ? line.replace(/ {2,}/g, ' ')
      : null;
  },
  allowed: `a line of at most ${maxLabelLength} characters`,
  json: { type: 'string', maxLength: maxLabelLength },
};

/** A user or a group, by name or number. */
export const accountName: Kind<string> = {
  read: text => (/^([A-Za-z_][A-Za-z0-9_.-]{0,30}\$?|\d{1,10})$/.test(text) ? text : null),
  allowed: 'the name or number of an account',
  json: { anyOf: [{ type: 'string' }, { type: 'integer', minimum: 0 }] },
};

export const mode: Kind<number> = {
  read: text => {
    const digits = /^0?o?([0-7]{3})$/.exec(text)?.[1];
    return digits === undefined ? null : Number.parseInt(digits, 8);
  },
  allowed: 'three octal digits such as 660',
  json: {
    anyOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', pattern: '^0?o?[0-7]{3}$' },
    ],
  },
};

export const aclEntry: Kind<string> = {
  read: text => {
    const match = /^(u|g)(?:ser|roup)?:([A-Za-z0-9_][A-Za-z0-9_.-]*\$?):([rwx-]{1,3})$/.exec(text);
    return match ? `${match[1]}:${match[2]}:${match[3]}` : null;
  },
  allowed: 'an entry as setfacl takes it, such as u:bob:rw or g:web:rw',
  json: { type: 'string', pattern: '^(u|user|g|group):[^:]+:[rwx-]{1,3}$' },
};

export const path: Kind<string> = {
  read: text => (text === '' || text.includes('\0') ? null : text),
  allowed: 'a path',
  json: { type: 'string', minLength: 1 },
};

export const hostName: Kind<string> = {
  read: text => (/^([A-Za-z0-9][A-Za-z0-9._-]{0,252})?$/.test(text) ? text : null),
  allowed: 'a host name',
  json: { type: 'string', maxLength: 253 },
};

/** One that a client may ask for, in lower case. */
export const publicHostName: Kind<string> = {
  read: text => {
    const name = text.toLowerCase();
    const isName = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(name);
    return isName && name.length <= 253 && name.split('.').every(part => part.length <= 63) ? name : null;
  },
  allowed: 'a host name such as mail.example.com; with other letters in its xn-- form',
  json: { type: 'string', maxLength: 253 },
};

/** Where a web server listens: a port alone is every IPv4 address. */
export const webAddress: Kind<TcpBind> = {
  read: text => parseTcpBind(text.includes(':') ? text.replace(/^\*:/, '0.0.0.0:') : `0.0.0.0:${text}`),
  allowed: 'a port, <IPv4 address>:<port>, [<IPv6 address>]:<port>, or [::]:<port> for every IPv6 address',
  json: { anyOf: [{ type: 'integer', minimum: 1, maximum: 65535 }, { type: 'string' }] },
};

/** A word of a command that is started without a shell. */
export const commandWord: Kind<string> = {
  read: text => (text === '' || text.includes('\0') ? null : text),
  allowed: 'a word of a command',
  json: { type: 'string', minLength: 1 },
};

export const httpUrl: Kind<string> = {
  read: text => (/^https?:\/\/[^\s]+$/.test(text) && URL.canParse(text) ? new URL(text).href : null),
  allowed: 'an address such as http://127.0.0.1:80/',
  json: { type: 'string', pattern: '^https?://' },
};

/** A slash at both ends. */
export const webroot: Kind<string> = {
  read: text => (/^[A-Za-z0-9/_.@-]*$/.test(text) ? normalize(`/${text}/`) : null),
  allowed: 'a path of letters, digits and / - _ . @',
  json: { type: 'string', pattern: '^[A-Za-z0-9/_.@-]*$' },
};

const nearlyBind = (text: string) =>
  /:\d+$/.test(text) && portOver(text) ? `a port of at most ${maxPort}` : '';
const portOver = (text: string) => Number(text.slice(text.lastIndexOf(':') + 1)) > maxPort;

export const bind: Kind<WrittenBind> = {
  read: parseBind,
  nearly: text => (text.startsWith('unix:') ? '' : nearlyBind(text)),
  allowed: 'unix:<path>, unix:<path>:<mode>, <address>:<port>, [<IPv6>]:<port> or :<port>',
  json: { type: 'string' },
};

export const tcpBind: Kind<TcpBind> = {
  read: parseTcpBind,
  nearly: nearlyBind,
  allowed: '<address>:<port>, [<IPv6>]:<port> or :<port>',
  json: { type: 'string' },
};

/** Any one value, read elsewhere. */
export const anyScalar: JsonSchema = { type: ['string', 'number', 'boolean', 'null'] };

export function oneOf<T extends string>(...words: readonly T[]): Kind<T> {
  return {
    read: text => words.find(word => word === text) ?? null,
    allowed: `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`,
    json: { enum: words },
  };
}

export function onlyWord<T extends string>(word: T): Kind<T> {
  return { read: text => (text === word ? word : null), allowed: word, json: { const: word } };
}
