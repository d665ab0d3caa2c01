import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { proxyPath } from '../spec/proxy-paths.ts';

/** What `diff -u` says of two folders of texts, named `current` and `wanted`; empty when they are the same. */
export async function diffTexts(
  current: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): Promise<string> {
  const dir = await mkdtemp(proxyPath(tmpdir(), 'mpctl-diff-'));
  try {
    for (const [name, texts] of [
      ['current', current],
      ['wanted', wanted],
    ] as const) {
      await mkdir(proxyPath(dir, name));
      for (const [path, text] of texts) {
        const full = proxyPath(proxyPath(dir, name), path);
        await mkdir(dirname(full), { recursive: true });
        await writeFile(full, text);
      }
    }
    const { execa } = await import('execa');
    const { stdout } = await execa('diff', ['-ruN', 'current', 'wanted'], { cwd: dir, reject: false });
    // The command itself and the times of files that exist for a moment say nothing.
    return stdout.replace(/^diff .*\n/gm, '').replace(/^((?:---|\+\+\+) \S+).*$/gm, '$1');
  } finally {
    await rm(dir, { recursive: true });
  }
}
