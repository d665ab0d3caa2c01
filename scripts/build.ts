/** Bundles the product's entries into dist/: one file an entry, shared chunks beside it. usage: node scripts/build.ts */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { build } from 'vite';

const root = dirname(import.meta.dirname);
const entries = {
  mpctl: join(root, 'apps/mpctl/main.ts'),
  shard: join(root, 'apps/shard/main.ts'),
  'apply-worker': join(root, 'libs/intake/apply-worker.ts'),
  'slow-work': join(root, 'libs/slow-work/worker.ts'),
};

/** Native: loaded from node_modules at run time instead of being bundled. */
const external = ['better-sqlite3'];

/** A daemon that was started from an older build may still load its chunks: they stay this long. */
const keepChunksMs = 30 * 24 * 3600 * 1000;

/**
 * An `import` of a builtin module reads every export of it, also those that load something when they are looked at:
 * `node:http` loads undici that way, 14 MB and 35 ms a process, `node:util` and `node:fs` 3 MB and 2 ms each.
 * In the built files builtins are plain objects, of which only what is used is read.
 */
const plainBuiltins: Plugin = {
  name: 'plain-builtins',
  renderChunk: code =>
    code.replace(
      /^import (?:([^"]+) from )?"([^"]+)";$/gm,
      (line, bindings: string | undefined, name: string) => {
        if (!isBuiltin(name)) return line;
        const module = `process.getBuiltinModule("${name}")`;
        const [, whole, named] = /^(?:\* as )?([\w$]+)?(?:, )?(\{.*\})?$/.exec(bindings ?? '') ?? [];
        const taken = [whole, named?.replaceAll(' as ', ': ')].filter(part => part !== undefined);
        return taken.map(part => `const ${part} = ${module};`).join(' ');
      },
    ),
};

/** Parts of fastify for schemas and for tests, which nothing here uses: half of what a shard would have of its text. */
const unusedPackages = ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request'];

const leaveOut: Plugin = {
  name: 'leave-out',
  resolveId: id => (unusedPackages.includes(id) ? `\0unused:${id}` : null),
  load: id =>
    id.startsWith('\0unused:')
      ? `module.exports = () => { throw new Error('left out: ${id.slice(8)}'); };`
      : null,
};

/**
 * What every command loads is one file: each more costs a third of a millisecond. Not the entry, which others could not
 * import while it runs, and not what reads files of its own, which would bring along what reads YAML.
 */
const everyCommand = { name: 'every-command', test: /apps\/mpctl\/(?!main\.|read-)[^/]+\.ts$/ };

/**
 * Node keeps the text of what it runs, two bytes a character as soon as one of them is beyond ASCII: a shard 4 MB of it
 * instead of 2. So there is none, and what documents for editors is left out.
 */
const plainText = {
  minify: { mangle: false, compress: false, codegen: { asciiOnly: true, removeWhitespace: false } },
  comments: { jsdoc: false },
};

/** Licences stay, and what is left beyond ASCII stands in their comments: authors' names. */
function writePlain(path: string, code: string): void {
  writeFileSync(path, code.normalize('NFD').replace(/[^\x00-\x7f]/g, ''));
}

/** Puts a web app's files in place: those with a hash in their name first, the page that names them last. */
function placeApp(from: string, to: string): void {
  mkdirSync(join(to, 'dist'), { recursive: true });
  const made = readdirSync(join(from, 'dist'));
  for (const name of made) renameSync(join(from, 'dist', name), join(to, 'dist', name));
  renameSync(join(from, 'index.html'), join(to, 'index.html'));
  // Servers read an app whole when they start: what no page names any more is of no use.
  for (const name of readdirSync(join(to, 'dist'))) if (!made.includes(name)) rmSync(join(to, 'dist', name));
}

const dist = join(root, 'dist');
mkdirSync(dist, { recursive: true });
const fresh = mkdtempSync(join(root, '.dist-'));
try {
  const bundle = await rolldown({
    input: entries,
    platform: 'node',
    external,
    plugins: [plainBuiltins, leaveOut],
    logLevel: 'warn',
    checks: { ineffectiveDynamicImport: false },
  });
  const { output } = await bundle.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunk-[hash].js',
    codeSplitting: { groups: [everyCommand] },
    ...plainText,
  });
  await bundle.close();
  for (const file of output) if (file.type === 'chunk') writePlain(join(fresh, file.fileName), file.code);
  await build({
    configFile: join(root, 'apps/inbox/vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: join(fresh, 'inbox'), emptyOutDir: false },
  });
  placeApp(join(fresh, 'inbox'), join(dist, 'inbox'));
  rmSync(join(fresh, 'inbox'), { recursive: true });
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
  if (Date.now() - statSync(path).mtimeMs > keepChunksMs) rmSync(path, { recursive: true });
}
