/** Edits of text in any style, held against what the text says before and after. Loads the `yaml` package. */
import { isDeepStrictEqual } from 'node:util';
import { EditTree, type Splices } from './edit-tree.ts';
import { readYaml } from './read-yaml.ts';
import { applySplices } from './splice.ts';
import type { Changes, TenantEdit } from './tenant-edit.ts';
import { find, plainOf } from './written.ts';
import { treeOf } from './yaml-text.ts';

type Path = readonly string[];

/** One splicing, and what it makes of the values. */
type Step = { readonly splice: (tree: EditTree) => Splices; readonly apply: (plain: unknown) => unknown };

/** The tenants' names; null when the text cannot be read. */
export function tenantsOf(text: string): ReadonlySet<string> | null {
  const { root, faults } = readYaml(text);
  if (faults.length > 0) return null;
  const tenants =
    root.kind === 'map' ? root.entries.find(entry => entry.key === 'tenants')?.value : undefined;
  return new Set(tenants?.kind === 'map' ? tenants.entries.map(entry => entry.key) : []);
}

/** Why a tenant is left to a person, and in which line. */
export function hardToEdit(text: string, name: string): string {
  const tenants = find(readYaml(text).root, ['tenants']);
  const entries = tenants?.kind === 'map' ? tenants.entries : [];
  const at = entries.findIndex(({ key }) => key === name);
  const start = entries[at]?.keyAt ?? tenants?.at ?? 0;
  const line = text.slice(0, start).split('\n').length;
  const shared = /[&*][\w-]+/.exec(text.slice(start, entries[at + 1]?.keyAt))?.[0];
  const cause = shared
    ? `${shared} in it stands for keys that may be written elsewhere, too`
    : 'its keys cannot be changed in place';
  return `${name} (line ${line}) can be changed by a person only: ${cause}`;
}

/** `at` is where the tenant stands in the text. Null when nothing but the edit cannot be had. */
export function editYaml(text: string, at: Path, edit: TenantEdit, changes: Changes): string | null {
  const before = readYaml(text);
  if (before.faults.length > 0) return null;
  let edited = text;
  let expected = plainOf(before.root);
  for (const step of stepsOf(at, edit, changes)) {
    const splices = step.splice(new EditTree(edited));
    if (splices === null) return null;
    edited = applySplices(edited, splices);
    expected = step.apply(expected);
  }
  const after = readYaml(edited);
  // A key of the tenant with nothing in it is as good as none.
  const tidied = (plain: unknown) => emptied(edit.verb === 'set' ? update(plain, at, filled) : plain);
  const isAsked =
    after.faults.length === 0 && isDeepStrictEqual(tidied(plainOf(after.root)), tidied(expected));
  return isAsked ? edited : null;
}

function stepsOf(at: Path, edit: TenantEdit, { set, unset }: Changes): Step[] {
  switch (edit.verb) {
    case 'add': {
      const plain = set.reduce<unknown>((map, change) => withValue(map, change.path, change.plain), {});
      return [{ splice: tree => tree.set(at, treeOf(set)), apply: root => withValue(root, at, plain) }];
    }
    case 'remove':
      return [{ splice: tree => tree.remove(at), apply: root => without(root, at) }];
    case 'rename':
      return [{ splice: tree => tree.rename(at, edit.to), apply: root => renamed(root, at, edit.to) }];
    case 'set':
      return [
        ...unset.map((path): Step => {
          const key = [...at, ...path];
          return { splice: tree => tree.remove(key, at.length), apply: root => without(root, key) };
        }),
        ...set.map(({ path, tree: value, plain }): Step => {
          const key = [...at, ...path];
          return { splice: tree => tree.set(key, value), apply: root => withValue(root, key, plain) };
        }),
      ];
  }
}

type Plain = Readonly<Record<string, unknown>>;

function mapOf(plain: unknown): Plain {
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain) ? (plain as Plain) : {};
}

function update(plain: unknown, [key, ...rest]: Path, change: (map: Plain) => Plain): Plain {
  const map = mapOf(plain);
  if (key === undefined) return change(map);
  return { ...map, [key]: update(Object.hasOwn(map, key) ? map[key] : null, rest, change) };
}

function withValue(plain: unknown, path: Path, value: unknown): Plain {
  return update(plain, path.slice(0, -1), map => ({ ...map, [path.at(-1) ?? '']: value }));
}

function renamed(plain: unknown, path: Path, to: string): Plain {
  return update(plain, path.slice(0, -1), ({ [path.at(-1) ?? '']: value, ...others }) => ({
    ...others,
    [to]: value,
  }));
}

function without(plain: unknown, [key = '', ...rest]: Path): unknown {
  const map = mapOf(plain);
  if (!Object.hasOwn(map, key)) return plain;
  const { [key]: below, ...others } = map;
  return rest.length === 0 ? others : { ...others, [key]: without(below, rest) };
}

/** Without keys that have nothing in them. */
function filled(map: Plain): Plain {
  const entries = Object.entries(map).map(([key, value]) => {
    const below = value === mapOf(value) ? filled(mapOf(value)) : value;
    return [key, below] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => emptied(value) !== null));
}

/** A map with nothing in it is as good as none. */
function emptied(plain: unknown): unknown {
  if (Array.isArray(plain)) return plain;
  if (typeof plain !== 'object' || plain === null) return plain;
  const entries = Object.entries(plain).map(([key, value]) => [key, emptied(value)]);
  return entries.length === 0 ? null : Object.fromEntries(entries);
}
