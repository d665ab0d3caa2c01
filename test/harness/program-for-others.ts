import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(dirname(import.meta.dirname));
/** All that the built command needs to run. */
const parts = ['package.json', 'scripts', 'dist', 'node_modules'];

let found: string | null = null;

/** `mpctl` where any user may run it: in the checkout, or in a copy when the checkout lies in somebody's own folder. */
export function programForOthers(): string {
  found ??= join(isOpen(root) ? root : copy(), 'scripts/mpctl');
  return found;
}

function isOpen(dir: string): boolean {
  const isPassable = (statSync(dir).mode & 0o001) !== 0;
  return isPassable && (dir === dirname(dir) || isOpen(dirname(dir)));
}

function copy(): string {
  const dir = mkdtempSync('/var/tmp/mp-program-');
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
  const to = join(dir, 'mpctl');
  mkdirSync(to);
  execFileSync('chmod', ['755', dir, to]);
  const from = parts.map(part => join(root, part));
  try {
    execFileSync('cp', ['-al', ...from, to], { stdio: 'ignore' });
  } catch {
    // Another file system: links do not reach there.
    execFileSync('cp', ['-a', ...from, to]);
  }
  return to;
}
