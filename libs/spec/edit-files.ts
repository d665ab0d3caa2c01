/** Changes of a configuration that may be several files: which of them change, and how. */
import { parseTenantId } from '../base/ids.ts';
import { editTenants } from './edit.ts';
import { type PasswdChange, passwdEdit } from './edit-passwd.ts';
import { ownFilePath } from './paths.ts';
import type { FleetReading } from './read-fleet.ts';
import type { EditRefusal, TenantEdit } from './tenant-edit.ts';

export type TenantChange =
  | TenantEdit
  | PasswdChange
  | { readonly verb: 'suspend'; readonly name: string }
  | { readonly verb: 'resume'; readonly name: string };

/** A file's text before and after; null: there is none. */
export type FileEdit = {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
};

/**
 * The files to write, in their order. Where files are included, a new tenant gets one of its own, e.g.
 * `tenants.d/project-a.yaml`, which goes with it when it is renamed or removed. `file` is the main file.
 */
export async function editFiles(
  file: string,
  reading: FleetReading,
  change: TenantChange,
): Promise<readonly FileEdit[] | EditRefusal> {
  const { verb, name } = change;
  const fresh = verb === 'add' ? name : verb === 'rename' ? change.to : null;
  if (fresh !== null && (await findFile(reading, fresh)) !== null) {
    return { fault: 'TENANT_EXISTS', message: `there is a tenant ${fresh} already` };
  }
  const path = verb === 'add' ? (ownPath(reading, name) ?? file) : await findFile(reading, name);
  if (path === null) return { fault: 'TENANT_NOT_FOUND', message: `there is no tenant ${name}` };
  const edit = await toEdit(reading, path, change);
  if ('fault' in edit) return edit;

  const before = reading.sources.get(path)?.text ?? null;
  const result = await editTenants(before ?? '', edit);
  if ('fault' in result) return result;
  const isOwn =
    path === ownPath(reading, edit.name) && (await reading.sources.get(path)?.names())?.size === 1;
  if (isOwn && edit.verb === 'remove') return [{ path, before, after: null }];
  const newPath = edit.verb === 'rename' ? ownPath(reading, edit.to) : null;
  if (isOwn && newPath !== null && !reading.sources.has(newPath)) {
    // The new file first: whatever comes between, the tenant is in one of them.
    return [
      { path: newPath, before: null, after: result.text },
      { path, before, after: null },
    ];
  }
  return [{ path, before, after: result.text }];
}

async function toEdit(
  reading: FleetReading,
  path: string,
  change: TenantChange,
): Promise<TenantEdit | EditRefusal> {
  if (change.verb === 'passwd') return passwdEdit(reading, path, change);
  if (change.verb !== 'suspend' && change.verb !== 'resume') return change;
  const isDefault = reading.reuse.settings.defaults?.suspended === true;
  const value = change.verb === 'suspend' ? 'true' : isDefault ? 'false' : null;
  const set = value === null ? [] : [{ key: 'suspended', value }];
  return { verb: 'set', name: change.name, set, unset: value === null ? ['suspended'] : [] };
}

async function findFile(reading: FleetReading, name: string): Promise<string | null> {
  for (const source of reading.sources.values()) {
    if ((await source.names()).has(name)) return source.path;
  }
  return null;
}

function ownPath(reading: FleetReading, name: string): string | null {
  const id = parseTenantId(name);
  if (id === null) return null;
  for (const pattern of reading.includes) {
    const path = ownFilePath(pattern, id);
    if (path !== null) return path;
  }
  return null;
}
