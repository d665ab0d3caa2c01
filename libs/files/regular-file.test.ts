import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRegular, readRegularSync } from './regular-file.ts';

test('reads regular files of a bounded size, and nothing else', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mp-'));
  try {
    const at = (name: string) => join(dir, name);
    writeFileSync(at('text'), 'ü\n');
    symlinkSync(at('text'), at('link'));
    symlinkSync('/dev/zero', at('endless'));
    execFileSync('mkfifo', [at('pipe')]);
    writeFileSync(at('large'), '');
    truncateSync(at('large'), 2 * 1024 ** 2 + 1);
    const max = 2 * 1024 ** 2;
    for (const read of [readRegularSync, readRegular]) {
      for (const name of ['text', 'link']) assert.equal(await read(at(name), max), 'ü\n');
      for (const [path, code, message] of [
        [at('endless'), 'EFTYPE', 'is no regular file'],
        [at('pipe'), 'EFTYPE', 'is no regular file'],
        [dir, 'EISDIR', 'is a folder'],
        [at('large'), 'EFBIG', 'is larger than 2 MiB'],
      ] as const) {
        await assert.rejects(async () => read(path, max), { code, message });
      }
      await assert.rejects(async () => read(at('none'), max), { code: 'ENOENT' });
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});
