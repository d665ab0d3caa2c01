import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { compiledCodeDir } from '../spec/paths.ts';
import { keepCompiledCode } from './compiled-code.ts';

const dir = mkdtempSync(join(tmpdir(), 'mpctl-'));
after(() => rmSync(dir, { recursive: true }));

test('what was compiled of another build is removed', () => {
  const program = join(dir, 'shard.js');
  writeFileSync(program, '');
  const first = keepCompiledCode(dir, program).NODE_COMPILE_CACHE ?? '';
  mkdirSync(first, { recursive: true });
  assert.equal(keepCompiledCode(dir, program).NODE_COMPILE_CACHE, first);
  assert.equal(readdirSync(compiledCodeDir(dir)).length, 1);
  utimesSync(program, 1, 1);
  assert.notEqual(keepCompiledCode(dir, program).NODE_COMPILE_CACHE, first);
  assert.deepEqual(readdirSync(compiledCodeDir(dir)), []);
});
