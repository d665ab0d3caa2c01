/**
 * Runs the tests. usage: node scripts/test.ts [--soak] [path or part of a path …]
 * --soak plays the long loops (MPCTL_SOAK=1 for the tests); without it their short form runs.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const args = process.argv.slice(2);
const soak = args.includes('--soak');
const parts = args.filter(a => !a.startsWith('--'));

function* testFiles(dir: string): Generator<string> {
  for (const entry of readdirSync(join(root, dir), { withFileTypes: true })) {
    const path = `${dir}/${entry.name}`;
    if (entry.isDirectory()) yield* testFiles(path);
    else if (/\.(test|e2e)\.ts$/.test(entry.name)) yield path;
  }
}

const all = [...testFiles('apps'), ...testFiles('libs'), ...testFiles('scripts'), ...testFiles('test')];
const wanted = parts.length === 0 ? all : all.filter(path => parts.some(part => path.includes(part)));
if (wanted.length === 0) {
  console.error(`no test file matches ${parts.join(' ')}`);
  process.exit(1);
}

/** Unit tests run side by side; what starts whole fleets runs alone, so that one test's load is not another's time-out. */
const groups = [
  { files: wanted.filter(path => path.endsWith('.test.ts')), concurrency: 2 },
  { files: wanted.filter(path => path.endsWith('.e2e.ts')), concurrency: 1 },
].filter(group => group.files.length > 0);

/** A file of tests may take so long. */
const longestMs = { test: 600_000, soak: 4 * 3_600_000 };

let failed = false;
for (const { files, concurrency } of groups) {
  const child = spawn(
    process.execPath,
    [
      '--test',
      `--test-concurrency=${concurrency}`,
      `--test-timeout=${soak ? longestMs.soak : longestMs.test}`,
      // A test that failed may have left a process running, and would wait for it.
      '--test-force-exit',
      '--test-reporter=spec',
      ...files,
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, ...(soak ? { MPCTL_SOAK: '1' } : {}) } },
  );
  const code = await new Promise(done => child.on('exit', done));
  if (code !== 0) failed = true;
}
process.exit(failed ? 1 : 0);
