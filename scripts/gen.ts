/**
 * Writes every generated file: schema, documentation tables. usage: node scripts/gen.ts [--check]
 * With --check nothing is written; it fails when a file differs from what would be written.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);

/** path below the root → its whole text; each generator is loaded only here */
const generators: Record<string, () => Promise<string>> = {
  'libs/spec/key-table.ts': async () => (await import('./gen-spec.ts')).renderKeyTable(),
  'tenants.schema.json': async () => (await import('./gen-spec.ts')).renderJsonSchema(),
  'docs/config.md': async () => (await import('./gen-config-manual.ts')).renderConfigManual(),
  'docs/api.md': async () => (await import('./gen-api-manual.ts')).renderApiManual(),
  'docs/cli.md': async () => (await import('./gen-cli.ts')).renderCliManual(),
};

const check = process.argv.includes('--check');
let stale = 0;
for (const [path, generate] of Object.entries(generators)) {
  const text = await generate();
  const full = join(root, path);
  let now = '';
  try {
    now = readFileSync(full, 'utf8');
  } catch {}
  if (now === text) continue;
  if (check) {
    stale++;
    console.error(`${path} is not what 'npm run gen' writes`);
  } else {
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    console.log(`wrote ${path}`);
  }
}
if (stale > 0) process.exit(1);
