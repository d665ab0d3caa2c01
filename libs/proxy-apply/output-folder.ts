import { lstat, open, readdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { MpctlError } from '../base/error.ts';
import {
  currentSubpathTarget,
  proxyPath,
  proxyPaths,
  versionName,
  versionNumber,
  versionTarget,
} from '../spec/proxy-paths.ts';
import { makeFolder, writeReadable } from './readable-file.ts';
import { type Drift, findDrift, type Manifest, readManifest, readVersion } from './version-folder.ts';

/** The version that the web server takes in. */
export type CurrentVersion = {
  readonly name: string;
  readonly manifest: Manifest;
  readonly texts: ReadonlyMap<string, string>;
  readonly drift: readonly Drift[];
};

/** Versions and refused texts that are kept for reading, besides the current one. */
const kept = 3;

/**
 * Reads what is current; null where nothing is yet.
 * @throws MpctlError PROXY_FOREIGN where `current` is not a link of ours
 */
export async function readCurrent(outputDir: string): Promise<CurrentVersion | null> {
  const paths = proxyPaths(outputDir);
  const stats = await lstat(paths.current).catch(orNull);
  if (stats === null) return null;
  const name = stats.isSymbolicLink() ? basename(await readlink(paths.current)) : '';
  const dir = proxyPath(paths.versions, name);
  const manifest = versionNumber(name) === null ? null : await readManifest(dir);
  if (manifest === null) {
    throw new MpctlError('PROXY_FOREIGN', `${paths.current} is not what mpctl wrote`, {
      hint: 'move it away, or choose another proxy.outputDir',
    });
  }
  const texts = await readVersion(dir);
  return { name, manifest, texts, drift: findDrift(manifest, texts) };
}

/** The name of a version that is newer than all that are there. */
export async function nextVersionName(outputDir: string, hash: string): Promise<string> {
  const { versions, refused } = proxyPaths(outputDir);
  const names = (await Promise.all([listVersions(versions), listVersions(refused)])).flat();
  return versionName(Math.max(0, ...names.map(name => versionNumber(name) ?? 0)) + 1, hash);
}

/** Makes a version current. What was current becomes `previous` first, so that going back needs no space on the disk. */
export async function swapTo(outputDir: string, version: string): Promise<void> {
  const paths = proxyPaths(outputDir);
  const before = await readlink(paths.current).catch(orNull);
  const fresh = `${paths.current}.new`;
  await rm(fresh, { force: true });
  await symlink(versionTarget(version), fresh);
  // Only one that has proven itself: a second swap before that must not forget it.
  if (before !== null && !(await hasPrevious(outputDir))) await symlink(before, paths.previous);
  if (!(await lstat(paths.subpath).catch(orNull))) await symlink(currentSubpathTarget, paths.subpath);
  await rename(fresh, paths.current);
  await syncFolder(outputDir);
}

export async function hasPrevious(outputDir: string): Promise<boolean> {
  return (await lstat(proxyPaths(outputDir).previous).catch(orNull)) !== null;
}

/**
 * Undoes {@link swapTo}, however far it came: makes `previous` current again, or nothing where there was nothing.
 * Returns whether there is a current version.
 */
export async function swapBack(outputDir: string, version: string): Promise<boolean> {
  const paths = proxyPaths(outputDir);
  const now = await readlink(paths.current).catch(orNull);
  const before = await readlink(paths.previous).catch(orNull);
  if (now !== versionTarget(version)) {
    if (before === now) await rm(paths.previous, { force: true });
    return now !== null;
  }
  if (before === null) await rm(paths.current);
  else await rename(paths.previous, paths.current);
  await syncFolder(outputDir);
  return before !== null;
}

/** The current version has proven itself: nobody goes back any more. */
export async function settle(outputDir: string): Promise<void> {
  await rm(proxyPaths(outputDir).previous, { force: true });
  await syncFolder(outputDir);
}

/** Removes old versions; what somebody edited stays for them. */
export async function prune(outputDir: string): Promise<void> {
  const { versions, refused, current } = proxyPaths(outputDir);
  const now = basename(await readlink(current).catch(() => ''));
  for (const name of (await listVersions(versions)).filter(name => name !== now).slice(0, -kept)) {
    const dir = proxyPath(versions, name);
    const manifest = await readManifest(dir);
    if (manifest && findDrift(manifest, await readVersion(dir)).length === 0)
      await rm(dir, { recursive: true });
  }
  for (const name of (await listVersions(refused)).slice(0, -kept)) {
    await rm(proxyPath(refused, name), { recursive: true });
  }
}

/**
 * Takes a refused version out of `versions`, to where it and the reason can be read. Returns its new place; null where
 * there is no space to keep it, or it was never written whole.
 */
export async function keepRefused(outputDir: string, version: string, why: string): Promise<string | null> {
  const { versions, refused } = proxyPaths(outputDir);
  const from = proxyPath(versions, version);
  const to = proxyPath(refused, version);
  try {
    if ((await readManifest(from)) === null) throw new Error('not whole');
    await makeFolder(refused);
    await writeReadable(proxyPath(from, 'why.txt'), `${why}\n`);
    await rename(from, to);
    return to;
  } catch {
    // What was refused is worth keeping, but not worth failing for: the former text serves.
    await rm(from, { recursive: true, force: true });
    return null;
  }
}

/** The last text that was refused after all that were taken; null where there is none. */
export async function lastRefused(outputDir: string): Promise<{ dir: string; why: string } | null> {
  const { versions, refused } = proxyPaths(outputDir);
  const [name, ...others] = await Promise.all(
    [refused, versions].map(async dir => (await listVersions(dir)).at(-1)),
  );
  if (name === undefined || others.some(other => other !== undefined && other > name)) return null;
  const dir = proxyPath(refused, name);
  return { dir, why: (await readFile(proxyPath(dir, 'why.txt'), 'utf8').catch(() => '')).trim() };
}

async function listVersions(dir: string): Promise<string[]> {
  const names = (await readdir(dir).catch(orNull)) ?? [];
  return names.filter(name => versionNumber(name) !== null).sort();
}

async function syncFolder(dir: string): Promise<void> {
  await using folder = await open(dir);
  await folder.sync();
}

function orNull(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
