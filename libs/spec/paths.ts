/**
 * Where everything lives. The only place that joins paths; a tenant's name reaches a path only as a parsed `TenantId`.
 * What begins with a dot belongs to the daemon: no tenant's name can.
 *
 *     <runDir>/.control.sock  .lock.sock  .fallback.sock  <tenant>/{http,smtp,…}.sock
 *     <dataDir>/<tenant>/{uid,mail.db}  .trash/<uid>/  .journal/  .state/
 */
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path/posix';
import type { TenantId, TenantUid } from '../base/ids.ts';

/** Longest path that `bind` takes: `sun_path` is 108 bytes with its final NUL. */
export const maxSocketPathBytes = 107;

export function controlSocketPath(runDir: string): string {
  return join(runDir, '.control.sock');
}

/** Answers the web server where a tenant's own socket does not. */
export function fallbackSocketPath(runDir: string): string {
  return join(runDir, '.fallback.sock');
}

/** Who holds it is the daemon of this run folder. */
export function lockSocketPath(runDir: string): string {
  return join(runDir, '.lock.sock');
}

/** The processes of the shards, for the next controller to end what a killed one left. */
export function shardListPath(runDir: string): string {
  return join(runDir, '.shards.json');
}

export function tenantRunDir(runDir: string, tenant: TenantId): string {
  return join(runDir, tenant);
}

/** Where a listener without a `bind` listens; `listenerId` is spelled like a tenant's name. */
export function tenantSocketPath(runDir: string, tenant: TenantId, listenerId: string): string {
  return join(runDir, tenant, `${listenerId}.sock`);
}

export function tenantDataDir(dataDir: string, tenant: TenantId): string {
  return join(dataDir, tenant);
}

/** Holds the tenant's `TenantUid` and a newline; it moves with the folder when the tenant is renamed. */
export function tenantUidPath(dataDir: string, tenant: TenantId): string {
  return join(dataDir, tenant, 'uid');
}

/** Why the tenant is about to leave its name. */
export function tenantLeavingPath(dataDir: string, tenant: TenantId): string {
  return leavingNotePath(tenantDataDir(dataDir, tenant));
}

/** The same in a folder that has moved with it. */
export function leavingNotePath(folder: string): string {
  return join(folder, 'leaving.json');
}

/** What a backup said of a tenant's settings, where nobody can read it. */
export function unreadSettingsPath(dataDir: string, tenant: TenantId): string {
  return join(dataDir, tenant, 'settings-of-backup.yaml');
}

export function tenantDatabasePath(dataDir: string, tenant: TenantId): string {
  return join(dataDir, tenant, 'mail.db');
}

export function trashDir(dataDir: string): string {
  return join(dataDir, '.trash');
}

/** A tenant's data folder after it left the fleet. */
export function trashedTenantDir(dataDir: string, uid: TenantUid): string {
  return join(dataDir, '.trash', uid);
}

/** What is about to be gone for good. */
export function purgedTenantDir(dataDir: string, uid: TenantUid): string {
  return join(dataDir, '.trash', `${uid}.purged`);
}

/** Whose folder it was. */
export function trashedNotePath(trashedDir: string): string {
  return join(trashedDir, 'trashed.json');
}

/** What shards have acknowledged and may not have put into databases yet: `libs/intake`. */
export function journalDir(dataDir: string): string {
  return join(dataDir, '.journal');
}

/** Changes of tenants that a start did not know, a folder for each uid. */
export function strayDir(dataDir: string): string {
  return join(journalDir(dataDir), 'stray');
}

export function strayTenantDir(dataDir: string, uid: TenantUid): string {
  return join(strayDir(dataDir), uid);
}

/** Parts of journals that made no sense. */
export function damagedJournalDir(dataDir: string): string {
  return join(journalDir(dataDir), 'damaged');
}

/** Folders that are being made ready to become tenants'. */
export function incomingRoot(dataDir: string): string {
  return join(dataDir, '.state', 'incoming');
}

export function incomingDir(dataDir: string, uid: TenantUid): string {
  return join(dataDir, '.state', 'incoming', uid);
}

/** A backup below the folder that was named for them; a leading dot while it is being written. */
export function backupPath(dir: string, name: string): string {
  return join(dir, name);
}

export function backupManifestPath(backup: string): string {
  return join(backup, 'backup.json');
}

/** The folder of a tenant in a backup, or a file in it such as `big/<id>.zst`. */
export function backedUpPath(backup: string, tenant: TenantId, file = ''): string {
  return join(backup, 'tenants', tenant, file);
}

/** Where a backup has a file of the configuration, which lies at `path`. */
export function backedUpConfigPath(backup: string, mainFile: string, path: string): string {
  const below = relative(dirname(mainFile), path);
  return join(backup, 'config', below.startsWith('..') ? basename(path) : below);
}

/** A file of a tenant's folder, wherever that is. */
export function tenantFilePath(folder: string, file: string): string {
  return join(folder, file);
}

export function parentDir(path: string): string {
  return dirname(path);
}

export function stateDir(dataDir: string): string {
  return join(dataDir, '.state');
}

/** Names the process that keeps its mail here. */
export function dataLockPath(dataDir: string): string {
  return join(dataDir, '.state', 'lock');
}

/** The tenants files as they were last taken over. */
export function acceptedFilesPath(dataDir: string): string {
  return join(dataDir, '.state', 'accepted.json');
}

/** What V8 made of the program, a folder a build; without `build` the folder of these. */
export function compiledCodeDir(dataDir: string, build = ''): string {
  return join(dataDir, '.state', 'compiled', build);
}

/** Uids of tenants whose folders are still being made. */
export function newUidsPath(dataDir: string): string {
  return join(dataDir, '.state', 'new-uids');
}

/** What a path written in a file or given as a flag means: relative ones start at `dir`. */
export function resolvePath(dir: string, path: string): string {
  return isAbsolute(path) ? resolve(path) : resolve(dir, path);
}

/** The folder that a tenants file's relative paths start at. */
export function configDir(file: string): string {
  return dirname(file);
}

/** A name beside a file that no pattern of `include` takes, e.g. `.tenants.yaml.lock`. */
export function besidePath(file: string, suffix: string): string {
  return join(dirname(file), `.${basename(file)}.${suffix}`);
}

/** A pattern of `include`: the folder to look in and the names to take there, e.g. `/etc/mpctl/tenants.d` and `*.yaml`. */
export type IncludePattern = { readonly dir: string; readonly names: string };

/** Wildcards are allowed in the last part alone; null when there are some before it. */
export function parseIncludePattern(configFile: string, pattern: string): IncludePattern | null {
  const path = resolvePath(configDir(configFile), pattern);
  return /[*?]/.test(dirname(path)) ? null : { dir: dirname(path), names: basename(path) };
}

/** Whether a file of the folder is meant: `*` any characters, `?` one; a leading dot must be written. */
export function isIncluded(pattern: IncludePattern, name: string): boolean {
  if (name.startsWith('.') && !pattern.names.startsWith('.')) return false;
  const source = pattern.names
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(name);
}

export function includedFilePath(pattern: IncludePattern, name: string): string {
  return join(pattern.dir, name);
}

/** Where a new tenant's own file goes, e.g. `tenants.d/project-a.yaml`; null when the pattern has no place for the name. */
export function ownFilePath(pattern: IncludePattern, tenant: TenantId): string | null {
  if (pattern.names.split('*').length !== 2 || pattern.names.includes('?')) return null;
  return join(pattern.dir, pattern.names.replace('*', tenant));
}
