/** Types, format and lint, import table, tests that docs/compat.md names, generated files: all at once, seconds. usage: node scripts/check.ts [--fix] */
import { dirname, join } from 'node:path';
import { execa } from 'execa';

const root = dirname(import.meta.dirname);
const fix = process.argv.includes('--fix');
const bin = (name: string) => join(root, 'node_modules/.bin', name);

const steps: [name: string, command: string, args: string[]][] = [
  ['types', bin('tsc'), ['-p', 'tsconfig.json']],
  ['types of the inbox page', bin('tsc'), ['-p', 'apps/inbox/tsconfig.json']],
  ['format and lint', bin('biome'), ['check', '--error-on-warnings', ...(fix ? ['--write'] : []), '.']],
  ['imports', process.execPath, ['scripts/check-imports.ts']],
  ['differences that are shown', process.execPath, ['scripts/check-compat.ts']],
  ['tests of the page named', process.execPath, ['scripts/check-compat-ui.ts']],
  ['generated files', process.execPath, ['scripts/gen.ts', ...(fix ? [] : ['--check'])]],
];

const results = await Promise.all(
  steps.map(async ([name, command, args]) => {
    const startedAtMs = performance.now();
    const { exitCode, all } = await execa(command, args, { cwd: root, reject: false, all: true });
    return { name, ok: exitCode === 0, output: all, ms: performance.now() - startedAtMs };
  }),
);
for (const { name, ok, output, ms } of results) {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${(ms / 1000).toFixed(1)} s)`);
  if (!ok) console.log(output);
}
process.exit(results.every(r => r.ok) ? 0 : 1);
