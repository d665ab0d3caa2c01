/**
 * Holds docs/compat-ui.md against the tests: each row names a test that exists, or says "later".
 * A test is `` `file` name ``, where the name may be the beginning of a longer one. usage: node scripts/check-compat-ui.ts
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);

/** file, without its ending → names of its tests */
const tests = new Map<string, string[]>();
for (const path of globSync('{apps/inbox,test/e2e}/**/*.{test,e2e}.ts', { cwd: root })) {
  const text = readFileSync(join(root, path), 'utf8');
  const names = [...text.matchAll(/\b(?:test|it)\(\s*(['"`])(.*?)\1/g)].map(([, , name = '']) => name);
  tests.set(basename(path).replace(/\.(test|e2e)\.ts$/, ''), names);
}

const faults: string[] = [];
let rows = 0;
for (const line of readFileSync(join(root, 'docs/compat-ui.md'), 'utf8').split('\n')) {
  if (!line.startsWith('|') || /^\|(---| point )/.test(line)) continue;
  rows += 1;
  const cell = line.split('|').at(-2)?.trim() ?? '';
  if (cell.startsWith('later')) continue;
  const [, file = '', name = ''] = /^`([\w-]+)` (.+)$/.exec(cell) ?? [];
  if (!tests.get(file)?.some(test => test.startsWith(name)) || name === '')
    faults.push(`docs/compat-ui.md: no such test: ${cell}`);
}
if (rows === 0) faults.push('docs/compat-ui.md has no rows');
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
