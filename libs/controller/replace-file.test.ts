import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { withFileLock } from './file-lock.ts';
import { readText, replaceFile } from './replace-file.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mpctl-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('makes, replaces and removes a file, and leaves nothing beside it', () => {
  const path = join(dir, 'tenants.yaml');
  assert.equal(replaceFile(path, null, 'one'), true);
  assert.equal(replaceFile(path, 'one', 'two'), true);
  assert.equal(readText(path), 'two');
  assert.equal(replaceFile(path, 'two', null), true);
  assert.deepEqual(readdirSync(dir), []);
});

test('a file that is not what was expected stays as it is', () => {
  const path = join(dir, 'tenants.yaml');
  assert.equal(replaceFile(path, 'old', 'new'), false);
  writeFileSync(path, 'theirs');
  assert.equal(replaceFile(path, 'old', 'new'), false);
  assert.equal(replaceFile(path, null, 'new'), false);
  assert.equal(readText(path), 'theirs');
  assert.deepEqual(readdirSync(dir), ['tenants.yaml']);
});

test('mode, owner and a symlink to the file stay', () => {
  const real = join(dir, 'real.yaml');
  const link = join(dir, 'link.yaml');
  writeFileSync(real, 'one');
  chmodSync(real, 0o640);
  if (process.getuid?.() === 0) chownSync(real, 1, 2);
  const before = statSync(real);
  symlinkSync('real.yaml', link);
  assert.equal(replaceFile(link, 'one', 'two'), true);
  const after = statSync(real);
  assert.equal(readFileSync(real, 'utf8'), 'two');
  assert.deepEqual([after.mode, after.uid, after.gid], [before.mode, before.uid, before.gid]);
});

/** Adds `count` lines to the file, each read, appended and replaced under the lock; a refused replacement is tried again. */
const writer = `
  import { withFileLock } from ${JSON.stringify(join(import.meta.dirname, 'file-lock.ts'))};
  import { readText, replaceFile } from ${JSON.stringify(join(import.meta.dirname, 'replace-file.ts'))};
  const [path, name, count] = process.argv.slice(1);
  for (let i = 0; i < count; i++) await withFileLock(path, async () => {
    for (let done = false; !done; ) {
      const text = readText(path) ?? null;
      done = replaceFile(path, text, (text ?? '') + name + i + '\\n');
    }
  });`;

function startWriters(path: string, writers: number, lines: number) {
  const args = ['--input-type=module', '-e', writer, path];
  const children = Array.from({ length: writers }, (_, at) =>
    spawn(process.execPath, [...args, `w${at}-`, String(lines)], { stdio: 'inherit' }),
  );
  return Promise.all(children.map(child => once(child, 'exit'))).then(ends => ends.map(([code]) => code));
}

test('twenty writers at once lose nothing', async () => {
  const path = join(dir, 'tenants.yaml');
  assert.deepEqual(await startWriters(path, 20, 5), Array(20).fill(0));
  const lines = readFileSync(path, 'utf8').trim().split('\n').sort();
  const expected = Array.from({ length: 100 }, (_, at) => `w${Math.floor(at / 5)}-${at % 5}`);
  assert.deepEqual(lines, expected.sort());
  assert.deepEqual(readdirSync(dir), ['tenants.yaml']);
});

test('what an editor saves between reading and replacing is not overwritten', async () => {
  const path = join(dir, 'tenants.yaml');
  writeFileSync(path, '');
  const pause = (ms: number) => new Promise(done => setTimeout(done, ms));
  const write = (name: string) =>
    withFileLock(path, async () => {
      for (let done = false; !done; ) {
        const text = readText(path) ?? '';
        await pause(1);
        done = replaceFile(path, text, `${text}${name}\n`);
      }
    });
  let running = true;
  let saves = 0;
  // It knows of no lock, and writes into the file in one go and by another file in turn.
  const editor = (async () => {
    for (; running; saves++) {
      const text = `${readFileSync(path, 'utf8')}editor${saves}\n`;
      if (saves % 2) writeFileSync(path, text);
      else {
        writeFileSync(`${path}~`, text);
        renameSync(`${path}~`, path);
      }
      await pause(saves % 5);
    }
  })();
  const names = Array.from({ length: 60 }, (_, at) => `w${at}`);
  for (const name of names) await write(name);
  running = false;
  await editor;
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  assert.deepEqual(
    lines.filter(line => line.startsWith('editor')),
    Array.from({ length: saves }, (_, at) => `editor${at}`),
  );
  assert.deepEqual(
    lines.filter(line => line.startsWith('w')),
    names,
  );
});

test('the lock of a killed holder is taken away', async () => {
  const path = join(dir, 'tenants.yaml');
  const code = `
    import { withFileLock } from ${JSON.stringify(join(import.meta.dirname, 'file-lock.ts'))};
    await withFileLock(process.argv[1], () => new Promise(() => { process.stdout.write('held'); setInterval(() => {}, 1e6); }));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code, path]);
  await once(child.stdout, 'data');
  let taken = false;
  const waiting = withFileLock(path, async () => {
    taken = true;
  });
  await new Promise(done => setTimeout(done, 30));
  assert.equal(taken, false, 'a living holder keeps it');
  child.kill('SIGKILL');
  await waiting;
  assert.equal(taken, true);
  assert.deepEqual(
    readdirSync(dir).filter(name => name.includes('lock')),
    [],
    'nothing of it is left',
  );
});
