import { randomBytes } from 'node:crypto';
import { copyFile, lstat, mkdir, open, realpath, rm, writeFile } from 'node:fs/promises';
import { MpctlError } from '../base/error.ts';
import type { TenantId, TenantUid } from '../base/ids.ts';
import { renderIssue } from '../base/issue.ts';
import { Refusal } from '../base/refusal.ts';
import {
  backedUpPath,
  incomingDir,
  parentDir,
  tenantDataDir,
  tenantFilePath,
  unreadSettingsPath,
} from '../spec/paths.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import { type FaultyStanza, isFault, settingsOf } from '../spec/tenant-stanza.ts';
import type { RestoreBackup, RestoredReply } from '../wire/mail-work.ts';
import { type BackedUpTenant, backupsIn, findBackup } from './backup-manifest.ts';
import { addKeeping, lessKept, mailLimitsOf, type TenantAdder } from './kept-limits.ts';
import { noteLeaving } from './leaving-note.ts';
import type { MailHands } from './mail-hands.ts';
import { syncFolder } from './replace-file.ts';
import type { TenantFolders } from './tenant-folders.ts';

export type RestorePlace = {
  readonly dataDir: string;
  readonly folders: TenantFolders;
  readonly hands: MailHands;
  /** Undefined: it is not there. */
  readonly specOf: (tenant: TenantId) => TenantSpec | undefined;
  readonly adder: TenantAdder;
  readonly clock: () => number;
};

/**
 * Brings tenants back as a backup has them. Who is not in the tenants file is added with the lines that it had, and with
 * the limits in force where those here would remove mail; who is keeps its settings. Each gets a uid of its own, as one that is added: nothing that was written for the old one is
 * taken for it. Nothing at all is done when a name is unknown, or taken without `overwrite`; where no names are given, who is
 * there is left alone.
 */
export async function restoreBackup(
  { dir, names, overwrite }: RestoreBackup,
  place: RestorePlace,
): Promise<RestoredReply> {
  const { dir: backup, manifest } = findBackup(dir);
  const known = new Map<string, BackedUpTenant>(manifest.tenants.map(tenant => [tenant.name, tenant]));
  const missing = names.filter(name => !known.has(name));
  if (missing.length > 0) {
    throw new Refusal('TENANT_NOT_FOUND', `${backup} has no ${missing.join(', ')}`, [], whoHas(missing, dir));
  }
  const wanted = manifest.tenants.filter(({ name }) => names.length === 0 || names.includes(name));
  const skipped = overwrite
    ? []
    : wanted.map(({ name }) => name).filter(name => place.specOf(name) !== undefined);
  if (names.length > 0 && skipped.length > 0) {
    const quoted = skipped.slice(0, 5).map(name => `"${name}"`);
    const more = skipped.length > 5 ? ` and ${skipped.length - 5} more` : '';
    const hint = '--overwrite puts what they have now into the trash';
    throw new Refusal('TENANT_EXISTS', `there is ${quoted.join(', ')}${more} already`, [], hint);
  }
  const restored: { name: TenantId; uid: TenantUid }[] = [];
  const warnings: { name: TenantId; warning: string }[] = [];
  const failed: { name: TenantId; error: string }[] = [];
  for (const tenant of wanted) {
    if (skipped.includes(tenant.name)) continue;
    try {
      const { uid, told } = await restoreOne(tenant, backup, place);
      restored.push({ name: tenant.name, uid });
      for (const warning of told) warnings.push({ name: tenant.name, warning });
    } catch (error) {
      const { code = 'UNKNOWN', message } = error as MpctlError;
      const issues = error instanceof Refusal ? error.issues.map(issue => `; ${renderIssue(issue)}`) : [];
      failed.push({ name: tenant.name, error: `${code}: ${message}${issues.join('')}` });
    }
  }
  return { dir: backup, madeAtMs: manifest.madeAtMs, restored, skipped, warnings, failed };
}

/** A tenant whose mail could not be read when the newest was made may be in one before it. */
function whoHas(names: readonly string[], dir: string): string {
  for (const { dir: backup, manifest } of backupsIn(dir)) {
    if (names.every(name => manifest.tenants.some(tenant => tenant.name === name)))
      return `it is in ${backup}`;
  }
  return '';
}

async function restoreOne(
  tenant: BackedUpTenant,
  backup: string,
  place: RestorePlace,
): Promise<{ uid: TenantUid; told: readonly string[] }> {
  const { dataDir, folders, hands, specOf, adder, clock } = place;
  const { name, stanza, limits = null } = tenant;
  const uid = randomBytes(8).toString('hex') as TenantUid;
  const incoming = incomingDir(dataDir, uid);
  try {
    await fetchFiles(tenant, backup, incoming);
    const here = specOf(name);
    if (here) {
      await hands.withClosed(name, async before => {
        const leaving = folders.setAside(name, before, clock(), mailLimitsOf(here));
        try {
          folders.takeIn(name, uid, leaving);
        } catch (error) {
          await folders.trash.restore(name, before, async () => {});
          if (leaving) noteLeaving(dataDir, name, leaving);
          throw error;
        }
        return uid;
      });
      return { uid, told: lessKept(limits, here) };
    }
    const read = await settingsOf(stanza, name);
    await hands.untilGone(name);
    // What somebody of that name left is still there where no controller has seen the name vanish.
    folders.release(name, clock());
    folders.takeIn(name, uid);
    let told: readonly string[];
    try {
      told = await addKeeping(name, isFault(read) ? [] : read, limits, adder);
    } catch (error) {
      await rm(tenantDataDir(dataDir, name), { recursive: true, force: true });
      throw error;
    }
    return { uid, told: isFault(read) ? [await keepUnread(read, stanza, name, dataDir), ...told] : told };
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

/** Keeps what the backup says of a tenant's settings for a person to read. Returns what to tell. */
async function keepUnread(
  { fault }: FaultyStanza,
  stanza: string,
  name: TenantId,
  dataDir: string,
): Promise<string> {
  const path = unreadSettingsPath(dataDir, name);
  const kept = await writeFile(path, stanza, { mode: 0o600 }).then(
    () => `; the text is in ${path}`,
    () => '',
  );
  return `it has the settings of a new tenant, because those of the backup cannot be read: ${fault}${kept}`;
}

/** Copies what a backup has of a tenant, and sees that it is as long as it was. */
async function fetchFiles({ name, copy }: BackedUpTenant, backup: string, to: string): Promise<void> {
  const folders = new Set([to]);
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const [file, bytes] of Object.entries(copy.files)) {
    const [source, target] = [backedUpPath(backup, name, file), tenantFilePath(to, file)];
    // What a link in a backup leads to is not the backup's.
    const found = await lstat(source).catch(() => null);
    const isIn = (await realpath(parentDir(source)).catch(() => '')).startsWith(`${await realpath(backup)}/`);
    const isFile = found?.isFile() === true && isIn;
    if (!isFile || found.size !== bytes) {
      const wrong = isFile ? `has ${found.size} bytes instead of ${bytes}` : 'is no file';
      const what = found ? wrong : 'is missing';
      throw new MpctlError('BAD_BACKUP', `${source} ${what}`);
    }
    if (!folders.has(parentDir(target))) await mkdir(parentDir(target), { recursive: true, mode: 0o700 });
    folders.add(parentDir(target));
    await copyFile(source, target);
    await using handle = await open(target, 'r+');
    await handle.chmod(0o600);
    await handle.datasync();
  }
  for (const folder of folders) syncFolder(folder);
}
