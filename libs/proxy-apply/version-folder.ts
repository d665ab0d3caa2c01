import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RenderedProxy } from '../proxy/render-proxy.ts';
import { proxyPath } from '../spec/proxy-paths.ts';
import { makeFolder, writeReadable } from './readable-file.ts';

/** What was written into a version's folder. */
export type Manifest = {
  readonly hash: string;
  /** Path in the folder → SHA-256 of the text. */
  readonly files: Readonly<Record<string, string>>;
};

/** A difference between a version's folder and its manifest: somebody else's doing. */
export type Drift = { readonly path: string; readonly kind: 'edited' | 'missing' | 'foreign' };

const manifestName = 'manifest.json';

/** Writes a version into a new folder and returns when a loss of power cannot undo it. */
export async function writeVersion(dir: string, { hash, files }: RenderedProxy): Promise<void> {
  const sums = [...files].map(([path, text]): [string, string] => [path, sumOf(text)]);
  const manifest: Manifest = { hash, files: Object.fromEntries(sums) };
  const all = [...files, [manifestName, `${JSON.stringify(manifest, null, 1)}\n`] as const];
  const folders = new Set(all.map(([path]) => dirname(proxyPath(dir, path))));
  for (const folder of new Set([dirname(dir), dir, ...folders])) await makeFolder(folder);
  for (const [path, text] of all) await writeReadable(proxyPath(dir, path), text);
  const { execa } = await import('execa');
  // One sync of the file system: at thousands of files one each takes many times as long.
  await execa('sync', process.platform === 'linux' ? ['-f', dir] : []);
}

/** Null where the folder is none that we wrote. */
export async function readManifest(dir: string): Promise<Manifest | null> {
  try {
    return JSON.parse(await readFile(proxyPath(dir, manifestName), 'utf8')) as Manifest;
  } catch {
    return null;
  }
}

/** The texts of a version's folder as they are now. */
export async function readVersion(dir: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = proxyPath(entry.parentPath, entry.name);
    const name = path.slice(dir.length + 1);
    if (name !== manifestName) texts.set(name, entry.isFile() ? await readFile(path, 'utf8') : '');
  }
  return texts;
}

/** What somebody else changed in a version's folder, sorted by path. */
export function findDrift(manifest: Manifest, texts: ReadonlyMap<string, string>): Drift[] {
  const drift: Drift[] = [];
  for (const [path, sum] of Object.entries(manifest.files)) {
    const text = texts.get(path);
    if (text === undefined) drift.push({ path, kind: 'missing' });
    else if (sumOf(text) !== sum) drift.push({ path, kind: 'edited' });
  }
  for (const path of texts.keys()) if (!(path in manifest.files)) drift.push({ path, kind: 'foreign' });
  return drift.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const sumOf = (text: string) => createHash('sha256').update(text).digest('hex');
