/**
 * Proves that every row of docs/compat.md and docs/security.md names something that shows it, and that this is there.
 *
 * The last column holds one or more of these, with ", " or "; " between them; `…` stands for anything:
 *     title                   a row of test/conformance/smtp/dialogues/
 *     chapter: title          a test of test/conformance/http/
 *     title (`file.test.ts`)  a test of that file, anywhere
 *     `file.case`             a case of test/golden/
 *     the same                as in the row above
 *     later: why              there is nothing to show yet (docs/security.md)
 *
 * usage: node scripts/check-compat.ts
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const rows = globSync('test/conformance/smtp/dialogues/*.txt', { cwd: root }).flatMap(path =>
  read(path)
    .split('\n')
    .filter(line => line.startsWith('== ')),
);
const testFiles = globSync(['{apps,libs,scripts,test}/**/*.{test,e2e}.ts', 'libs/**/*-suite.ts'], {
  cwd: root,
});

/** Whether one of the texts has all parts of the title in their order. */
function isIn(texts: readonly string[], title: string): boolean {
  const parts = title.split('…').map(part => RegExp.escape(part.trim()));
  const pattern = new RegExp(parts.join('.*'));
  return texts.some(text => pattern.test(text));
}

function linesOf(fileName: string): string[] {
  return testFiles.filter(path => basename(path) === fileName).flatMap(path => read(path).split('\n'));
}

const httpLines = globSync('test/conformance/http/*.test.ts', { cwd: root }).flatMap(path =>
  read(path).split('\n'),
);
const cases = new Set(globSync('test/golden/**/*.case', { cwd: root }).map(path => basename(path)));

/** `file`: where tests are looked for that name none themselves. */
function isShown(proof: string, file = ''): boolean {
  const [, inFile = proof, ownFile = file] = /^(.+) \(`([\w.-]+)`\)$/.exec(proof) ?? [];
  if (ownFile !== '' && isIn(linesOf(ownFile), inFile)) return true;
  if (cases.has(proof.replaceAll('`', '')) || isIn(rows, proof)) return true;
  const [, ofHttp] = /^[\w ]+: (.+)$/.exec(proof) ?? [];
  if (isIn(httpLines, ofHttp ?? proof)) return true;
  // Titles have commas too.
  return [...proof.matchAll(/[;,] /g)].some(
    ({ index }) => isShown(proof.slice(0, index), ownFile) && isShown(proof.slice(index + 2), file),
  );
}

const faults: string[] = [];
for (const path of ['docs/compat.md', 'docs/security.md']) {
  let proofs = 0;
  let before = '';
  for (const [at, line] of read(path).split('\n').entries()) {
    if (!line.startsWith('|') || /^\|\s*(place|what must hold|---)/.test(line)) continue;
    const cell = line.split('|').at(-2)?.trim() ?? '';
    const proof = cell === 'the same' ? before : cell;
    before = proof;
    proofs++;
    if (proof.startsWith('later: ')) continue;
    if (!/\w/.test(proof) || !isShown(proof)) faults.push(`${path}:${at + 1}: nothing is called "${cell}"`);
  }
  if (proofs === 0) faults.push(`${path} has no table`);
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
