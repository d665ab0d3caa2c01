import { existsSync } from 'node:fs';
import { mkdir, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { writeHint } from '../base/disk-error.ts';
import { MpctlError } from '../base/error.ts';
import type { TenantId } from '../base/ids.ts';
import { Refusal } from '../base/refusal.ts';
import {
  backedUpConfigPath,
  backedUpPath,
  backupManifestPath,
  backupPath,
  parentDir,
} from '../spec/paths.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import { stanzaOf } from '../spec/tenant-stanza.ts';
import type { BackupReply } from '../wire/mail-work.ts';
import { type BackedUpTenant, type BackupManifest, backupName, newestBackup } from './backup-manifest.ts';
import type { GoodReading } from './good-reading.ts';
import { mailLimitsOf } from './kept-limits.ts';
import type { MailHands } from './mail-hands.ts';
import { syncFolder } from './replace-file.ts';

/** Tenants that are copied at the same time: disks do more than one thing, and must not be flooded. */
const atOnce = 4;

export type BackupRequest = {
  /** The folder of all backups, absolute. */
  readonly dir: string;
  readonly configPath: string;
  readonly reading: GoodReading;
  readonly hands: MailHands;
  readonly mpctlVersion: string;
  readonly nowMs: number;
};

/**
 * Writes a backup of a whole fleet into a folder of its own below `dir`, where it appears under its name when it is
 * whole. What has not changed since the newest one there becomes a link to it. One tenant's failure is told, and does not
 * keep the others out.
 */
export async function writeBackup(request: BackupRequest): Promise<BackupReply> {
  const { dir, reading, nowMs } = request;
  await refuseDataDir(dir, reading.fleet.dataDir);
  const name = freeName(dir, nowMs);
  const [whole, part] = [backupPath(dir, name), backupPath(dir, `.${name}.part`)];
  try {
    // Not what is above it: on some file systems Node would try that for ever.
    if (!existsSync(dir)) await mkdir(dir, { mode: 0o700 });
    await removeParts(dir);
    await mkdir(part, { mode: 0o700 });
    await copyConfig(part, request);
    const copied = await copyTenants(part, request);
    await writeManifest(part, copied.tenants, request);
    await rename(part, whole);
    syncFolder(dir);
    const { tenants, unchanged, bytes, failed } = copied;
    return { dir: whole, tenants: tenants.length, unchanged, bytes, failed };
  } catch (error) {
    await discard(part);
    throw error instanceof MpctlError ? error : backupFailure(dir, error);
  }
}

/** @throws Refusal where a backup would lie among the mail that it is of. */
async function refuseDataDir(dir: string, dataDir: string): Promise<void> {
  // It is made when there is none; what is above it is not.
  const place = await realpath(dir)
    .catch(() => realpath(parentDir(dir)))
    .catch(() => dir);
  const root = await realpath(dataDir).catch(() => dataDir);
  if (place !== root && !place.startsWith(`${root}/`)) return;
  const hint = 'name a folder elsewhere, best on another disk';
  throw new Refusal('BAD_REQUEST', `${dir} lies in ${dataDir}, which it would be a backup of`, [], hint);
}

type CopiedTenants = Omit<BackupReply, 'dir' | 'tenants'> & { readonly tenants: readonly BackedUpTenant[] };

async function copyTenants(part: string, request: BackupRequest): Promise<CopiedTenants> {
  const { dir, reading, hands } = request;
  const earlier = newestBackup(dir);
  const known = new Map(earlier?.manifest.tenants.map(tenant => [tenant.uid, tenant]));
  const tenants: BackedUpTenant[] = [];
  const failed: { name: TenantId; error: string }[] = [];
  let [unchanged, bytes] = [0, 0];

  const copyOne = async (spec: TenantSpec) => {
    const { id } = spec;
    const uid = await hands.uidOf(id);
    const before = known.get(uid);
    const copy = await hands.work(id, {
      kind: 'copy',
      to: backedUpPath(part, id),
      earlier: before && earlier ? { ...before.copy, dir: backedUpPath(earlier.dir, before.name) } : null,
    });
    if ((await hands.uidOf(id)) !== uid)
      throw new MpctlError('TENANT_BUSY', 'another folder took its place meanwhile');
    const isSame = before?.copy.position === copy.position && before.copy.journal === copy.journal;
    if (isSame) unchanged += 1;
    for (const [file, size] of Object.entries(copy.files)) {
      if (!isSame && (file === 'mail.db' || before?.copy.files[file] === undefined)) bytes += size;
    }
    const stanza = (await stanzaOf(reading, id)) ?? '';
    tenants.push({ name: id, uid, stanza, limits: mailLimitsOf(spec), copy });
  };
  const queue = [...reading.fleet.tenants.values()].values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const spec of queue) {
        const { id } = spec;
        await copyOne(spec).catch(async error => {
          if (!(error instanceof MpctlError)) throw error;
          failed.push({ name: id, error: `${error.code}: ${error.message}` });
          await discard(backedUpPath(part, id));
        });
      }
    }),
  );
  tenants.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { tenants, unchanged, bytes, failed };
}

async function writeManifest(
  part: string,
  tenants: readonly BackedUpTenant[],
  { mpctlVersion, nowMs }: BackupRequest,
): Promise<void> {
  const manifest: BackupManifest = { format: 1, mpctl: mpctlVersion, madeAtMs: nowMs, tenants };
  await writeSafely(backupManifestPath(part), `${JSON.stringify(manifest, null, 1)}\n`);
  syncFolder(part);
}

/** Two within a second have names a second apart. */
function freeName(dir: string, nowMs: number): string {
  const name = backupName(nowMs);
  return existsSync(backupPath(dir, name)) ? freeName(dir, nowMs + 1000) : name;
}

/** What cannot be removed is, by the next one. */
const discard = (part: string) => rm(part, { recursive: true, force: true }).catch(() => {});

/** What was left by one that did not come to its end. */
async function removeParts(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    if (/^\..*\.part$/.test(name)) await rm(backupPath(dir, name), { recursive: true, force: true });
  }
}

async function copyConfig(part: string, { reading, configPath }: BackupRequest): Promise<void> {
  for (const { path, text } of reading.sources.values()) {
    const target = backedUpConfigPath(part, configPath, path);
    await mkdir(parentDir(target), { recursive: true, mode: 0o700 });
    await writeSafely(target, text);
  }
}

const writeSafely = (path: string, text: string) => writeFile(path, text, { mode: 0o600, flush: true });

function backupFailure(dir: string, cause: unknown): MpctlError {
  const { message } = cause as Error;
  const hint = writeHint(cause);
  return new MpctlError('BACKUP_FAILED', `no backup was written to ${dir}: ${message}`, { cause, hint });
}
