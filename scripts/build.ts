/** Bundles the product's entries into dist/: one file an entry, shared chunks beside it. usage: node scripts/build.ts */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

const root = dirname(import.meta.dirname);
const entries = { mpctl: join(root, 'apps/mpctl/main.ts'), shard: join(root, 'apps/shard/main.ts') };

/** Native: loaded from node_modules at run time instead of being bundled. */
const external = ['better-sqlite3'];

/** A daemon that was started from an older build may still load its chunks: they stay this long. */
const keepChunksMs = 30 * 24 * 3600 * 1000;

const dist = join(root, 'dist');
mkdirSync(dist, { recursive: true });
const fresh = mkdtempSync(join(root, '.dist-'));
try {
  const bundle = await rolldown({ input: entries, platform: 'node', external, logLevel: 'warn' });
  await bundle.write({
    dir: fresh,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunk-[hash].js',
  });
  await bundle.close();
  // Chunks first, entries last, each by rename: whoever starts meanwhile finds a whole build, old or new.
  const isEntry = (name: string) => name.slice(0, -'.js'.length) in entries;
  for (const name of readdirSync(fresh).sort((a, b) => Number(isEntry(a)) - Number(isEntry(b)))) {
    renameSync(join(fresh, name), join(dist, name));
  }
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
for (const name of readdirSync(dist)) {
  const path = join(dist, name);
  if (Date.now() - statSync(path).mtimeMs > keepChunksMs) rmSync(path);
}
