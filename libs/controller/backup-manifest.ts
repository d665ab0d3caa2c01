import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parseTenantId, parseTenantUid, type TenantId, type TenantUid } from '../base/ids.ts';
import { Refusal } from '../base/refusal.ts';
import { backupManifestPath, backupPath } from '../spec/paths.ts';
import type { MailCopy } from '../wire/mail-work.ts';
import type { MailLimits } from './kept-limits.ts';

/** What a backup says about itself: `backup.json`. */
export type BackupManifest = {
  readonly format: 1;
  /** Version of mpctl that wrote it. */
  readonly mpctl: string;
  readonly madeAtMs: number;
  readonly tenants: readonly BackedUpTenant[];
};

export type BackedUpTenant = {
  readonly name: TenantId;
  readonly uid: TenantUid;
  /** A tenants file with this tenant alone; empty where the file had none that stands alone. */
  readonly stanza: string;
  /** By what its mail was removed; one that an older mpctl wrote does not say. */
  readonly limits?: MailLimits;
  readonly copy: MailCopy;
};

/** A whole backup and where it is. */
export type FoundBackup = { readonly dir: string; readonly manifest: BackupManifest };

/** Backups are named for the time when they began, so that they sort. */
const namePattern = /^\d{4}-\d\d-\d\dT\d{6}Z$/;

/** e.g. `2026-11-21T173005Z` */
export function backupName(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '')}Z`;
}

/** The newest backup below a folder; null: there is none. */
export function newestBackup(dir: string): FoundBackup | null {
  const [newest] = backupsIn(dir);
  return newest ?? null;
}

/** Below a folder, the newest first. */
export function* backupsIn(dir: string): Generator<FoundBackup> {
  const names = existsSync(dir) ? readdirSync(dir).filter(name => namePattern.test(name)) : [];
  for (const name of names.sort().reverse()) {
    const path = backupPath(dir, name);
    if (existsSync(backupManifestPath(path))) yield { dir: path, manifest: readManifest(path) };
  }
}

/** The backup that a folder is, or the newest in it. @throws Refusal BAD_BACKUP */
export function findBackup(dir: string): FoundBackup {
  if (existsSync(backupManifestPath(dir))) return { dir, manifest: readManifest(dir) };
  const newest = newestBackup(dir);
  if (newest) return newest;
  throw new Refusal(
    'BAD_BACKUP',
    `${dir} holds no backup`,
    [],
    'name the folder that `mpctl backup` was given',
  );
}

function readManifest(dir: string): BackupManifest {
  const path = backupManifestPath(dir);
  let manifest: Partial<BackupManifest> | null;
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Refusal('BAD_BACKUP', `${path} cannot be read: ${(error as Error).message}`);
  }
  if (typeof manifest?.format === 'number' && manifest.format > 1) {
    throw new Refusal('BAD_BACKUP', `${path} was written by a newer mpctl (${manifest.mpctl})`);
  }
  const { format, tenants, madeAtMs } = manifest ?? {};
  if (format !== 1 || !Array.isArray(tenants) || !isTime(madeAtMs))
    throw new Refusal('BAD_BACKUP', `${path} does not say what a backup says of itself`);
  const bad = tenants.findIndex(tenant => !isBackedUpTenant(tenant));
  if (bad >= 0) {
    const name = tenants[bad]?.name ?? `tenant ${bad + 1}`;
    throw new Refusal('BAD_BACKUP', `${path} names what no tenant has: ${name}`);
  }
  return manifest as BackupManifest;
}

const isTime = (value: unknown) => Number.isSafeInteger(value) && Math.abs(value as number) <= 8.64e15;

/** Names become paths. */
function isBackedUpTenant(one: unknown): one is BackedUpTenant {
  const { name, uid, stanza, limits, copy } = (one ?? {}) as Readonly<Record<string, unknown>>;
  const { position, stamp, files } = (copy ?? {}) as Readonly<Record<string, unknown>>;
  return (
    parseTenantId(String(name)) !== null &&
    parseTenantUid(String(uid)) !== null &&
    [stanza, stamp].every(text => typeof text === 'string') &&
    (limits === undefined || isLimits(limits)) &&
    typeof position === 'number' &&
    typeof files === 'object' &&
    files !== null &&
    Object.entries(files).every(
      ([file, bytes]) => /^(mail\.db|big\/[\w-][\w.-]*)$/.test(file) && Number.isSafeInteger(bytes),
    )
  );
}

function isLimits(limits: unknown): boolean {
  const { maxMessages, maxAgeMs, maxBytes } = (limits ?? {}) as Readonly<Record<string, unknown>>;
  return [maxMessages, maxAgeMs, maxBytes].every(limit => Number.isSafeInteger(limit) && Number(limit) >= 0);
}
