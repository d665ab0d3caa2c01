/**
 * Runs the benches one after the other and prints their figures as Markdown.
 * usage: node scripts/bench.ts [part of a name …]
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const dir = join(dirname(import.meta.dirname), 'test/bench');
const parts = process.argv.slice(2);
const benches = readdirSync(dir)
  .filter(name => name.endsWith('.bench.ts'))
  .filter(name => parts.length === 0 || parts.some(part => name.includes(part)));

let failed = false;
for (const name of benches) {
  const child = spawn(process.execPath, [join(dir, name)], { stdio: 'inherit' });
  if ((await new Promise(done => child.on('exit', done))) !== 0) failed = true;
}
process.exit(failed ? 1 : 0);
