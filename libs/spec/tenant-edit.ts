/** What may be asked of a tenants file, and the values that it brings along. */
import { nearestName } from '../base/nearest-name.ts';
import { listenerKeys, tenantKeys } from './key-table.ts';
import { plainOf } from './written.ts';
import { renderScalar } from './yaml-text.ts';

/** A key is a path such as `smtp.maxRecipients`; a value is a word or a text, or a list such as `[":25", "unix:/s"]`. */
export type TenantSetting = { readonly key: string; readonly value: string };

export type TenantEdit =
  | { readonly verb: 'add'; readonly name: string; readonly set: readonly TenantSetting[] }
  | {
      readonly verb: 'set';
      readonly name: string;
      readonly set: readonly TenantSetting[];
      readonly unset: readonly string[];
    }
  | { readonly verb: 'rename'; readonly name: string; readonly to: string }
  | { readonly verb: 'remove'; readonly name: string };

/** `FILE_NOT_EDITABLE`: what is written cannot be changed without changing more than was asked for. */
export type EditFault = 'TENANT_EXISTS' | 'TENANT_NOT_FOUND' | 'BAD_REQUEST' | 'FILE_NOT_EDITABLE';

export type EditRefusal = { readonly fault: EditFault; readonly message: string };

/** The keys to change; `plain` is what the reading of `tree` gives. */
export type Changes = {
  readonly set: readonly TreeChange[];
  readonly unset: readonly (readonly string[])[];
};
type TreeChange = { readonly path: readonly string[]; readonly tree: string; readonly plain: unknown };

const keyPattern = /^[A-Za-z0-9][\w-]*(\.[A-Za-z0-9][\w-]*)*$/;

export async function parseChanges(edit: TenantEdit): Promise<Changes | EditRefusal> {
  const settings = edit.verb === 'add' || edit.verb === 'set' ? edit.set : [];
  const unset = edit.verb === 'set' ? edit.unset : [];
  const bad = [...settings.map(({ key }) => key), ...unset].find(key => !keyPattern.test(key));
  if (bad !== undefined) return { fault: 'BAD_REQUEST', message: `"${bad}" is no key` };
  const unknown = unset.find(key => !isKnownKey(key));
  if (unknown !== undefined) {
    const near = nearestName(unknown, tenantKeyNames);
    const question = near === null ? '' : `, did you mean ${near}?`;
    return { fault: 'BAD_REQUEST', message: `unknown key "${unknown}"${question}` };
  }
  const set: TreeChange[] = [];
  for (const { key, value } of settings) set.push({ path: key.split('.'), ...(await parseValue(value)) });
  return { set, unset: unset.map(key => key.split('.')) };
}

/** Whether a key, or the map that holds some, can stand in a tenant. */
function isKnownKey(key: string): boolean {
  const isIn = (keys: readonly string[], wanted: string) =>
    keys.some(each => each === wanted || each.startsWith(`${wanted}.`));
  const [group, , ...below] = key.split('.');
  if (group === 'listeners') return below.length === 0 || isIn(listenerKeyNames, below.join('.'));
  return group === 'mailpit' || isIn(tenantKeyNames, key);
}

const tenantKeyNames = tenantKeys.map(({ key }) => key);
const listenerKeyNames = listenerKeys.map(({ key }) => key);

/** A list or a map where the text is one, else a scalar. */
async function parseValue(value: string): Promise<{ tree: string; plain: unknown }> {
  if (/^(\[.*\]|\{.*\})$/.test(value)) {
    const { readYaml } = await import('./read-yaml.ts');
    const { root, faults } = readYaml(value);
    if (faults.length === 0) return { tree: value, plain: plainOf(root) };
  }
  return { tree: renderScalar(value), plain: value };
}
