import { Refusal } from '../base/refusal.ts';
import { type CredentialList, credentialLists } from '../spec/edit-passwd.ts';
import type { SetPassword, Setting } from '../wire/control-http.ts';
import type { RestoreBackup } from '../wire/mail-work.ts';

type Fields = Readonly<Record<string, unknown>>;

export function parseAdd(body: unknown): { name: string; set: readonly Setting[] } {
  const fields = fieldsOf(body, ['name', 'set']);
  return { name: textOf(fields, 'name'), set: settingsOf(fields) };
}

export function parseSet(body: unknown): { set: readonly Setting[]; unset: readonly string[] } {
  const fields = fieldsOf(body, ['set', 'unset']);
  const { unset = [] } = fields;
  if (!Array.isArray(unset) || !unset.every(key => typeof key === 'string')) {
    throw bad('"unset" must be a list of keys');
  }
  return { set: settingsOf(fields), unset };
}

export function parseRename(body: unknown): { to: string } {
  return { to: textOf(fieldsOf(body, ['to']), 'to') };
}

export function parsePassword(body: unknown): SetPassword {
  const fields = fieldsOf(body, ['user', 'secret', 'lists']);
  const isList = (one: unknown): one is CredentialList => credentialLists.some(list => list === one);
  const { lists } = fields;
  if (!Array.isArray(lists) || lists.length === 0 || !lists.every(isList)) {
    throw bad(`"lists" must be some of ${credentialLists.join(', ')}`);
  }
  return { user: textOf(fields, 'user'), secret: textOf(fields, 'secret'), lists };
}

/** The uid, when one is asked for. */
export function parseRestore(body: unknown): string | null {
  const fields = fieldsOf(body ?? {}, ['uid']);
  return fields.uid === undefined ? null : textOf(fields, 'uid');
}

/** The folder of backups. */
export function parseBackup(body: unknown): string {
  return pathOf(fieldsOf(body, ['dir']), 'dir');
}

export function parseRestoreBackup(body: unknown): RestoreBackup {
  const fields = fieldsOf(body, ['dir', 'names', 'overwrite']);
  const { names = [], overwrite = false } = fields;
  if (!Array.isArray(names) || !names.every(name => typeof name === 'string')) {
    throw bad('"names" must be a list of names');
  }
  if (typeof overwrite !== 'boolean') throw bad('"overwrite" must be true or false');
  return { dir: pathOf(fields, 'dir'), names, overwrite };
}

export function parseArchive(body: unknown): { path: string; allowPrune: boolean } {
  const fields = fieldsOf(body, ['path', 'allowPrune']);
  const { allowPrune = false } = fields;
  if (typeof allowPrune !== 'boolean') throw bad('"allowPrune" must be true or false');
  return { path: pathOf(fields, 'path'), allowPrune };
}

/** Another process's current folder means nothing here. */
function pathOf(fields: Fields, key: string): string {
  const path = textOf(fields, key);
  if (!path.startsWith('/') || path.includes('\0')) throw bad(`"${key}" must be an absolute path`);
  return path;
}

function fieldsOf(body: unknown, known: readonly string[]): Fields {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw bad('the body must be a JSON object');
  }
  const unknown = Object.keys(body).find(key => !known.includes(key));
  if (unknown !== undefined) throw bad(`unknown key "${unknown}"; known are ${known.join(', ')}`);
  return body as Fields;
}

function textOf(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string') throw bad(`"${key}" must be a text`);
  return value;
}

function settingsOf({ set = [] }: Fields): readonly Setting[] {
  const isSetting = (one: unknown): one is Setting => {
    const { key, value } = (one ?? {}) as Fields;
    return typeof key === 'string' && typeof value === 'string';
  };
  if (!Array.isArray(set) || !set.every(isSetting)) {
    throw bad('"set" must be a list of {"key": …, "value": …}, the values spelled as in the tenants file');
  }
  return set;
}

function bad(message: string): Refusal {
  return new Refusal('BAD_REQUEST', message);
}
