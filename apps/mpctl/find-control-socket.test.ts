import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { defaultDirs } from '../../libs/spec/default-dirs.ts';
import { findControlSocket } from './find-control-socket.ts';
import { runningUser } from './running-user.ts';

const dir = mkdtempSync(join(tmpdir(), 'mpctl-find-'));
after(() => rmSync(dir, { recursive: true }));

function find(text: string | null, runDir: string | null = null): Promise<string> {
  const configPath = join(dir, text === null ? 'missing.yaml' : 'tenants.yaml');
  if (text !== null) writeFileSync(configPath, text);
  return findControlSocket({ configPath, runDir, dataDir: null });
}

const usual = join(defaultDirs(runningUser()).runDir, '.control.sock');

test('the file says where, in the usual form and in every other', async () => {
  for (const [text, path] of [
    ['tenants: {}\n', usual],
    ['', usual],
    [null, usual],
    ['# runDir: /no\ntenants:\n  a: { label: "runDir: /no" }\n', usual],
    ['runDir: /x/run # here\ntenants: {}\n', '/x/run/.control.sock'],
    ["runDir: '/x/run'\r\ntenants: {}\r\n", '/x/run/.control.sock'],
    ['runDir: rel/run\n', join(dir, 'rel/run/.control.sock')],
    ['runDir: "/x/r\\u0075n"\n', '/x/run/.control.sock'],
    ['"run\\u0044ir": /x/run\n', '/x/run/.control.sock'],
    ['{ runDir: /x/run, tenants: {} }\n', '/x/run/.control.sock'],
    ['control:\n  group: adm\nrunDir: /x/run\n', '/x/run/.control.sock'],
    ['control:\n  # socket: /no\n  socket: "/x/c.sock"\nrunDir: /x/run\n', '/x/c.sock'],
    ['control: { socket: /x/c.sock }\n', '/x/c.sock'],
  ] as const) {
    assert.equal(await find(text), path, text ?? 'no file');
  }
});

test('--run-dir wins over runDir, control.socket over both', async () => {
  assert.equal(await find('runDir: /x/run\n', '/y'), '/y/.control.sock');
  assert.equal(await find('{ runDir: /x/run }\n', '/y'), '/y/.control.sock');
  assert.equal(await find('tenants: { a: {} }\n', '/y'), '/y/.control.sock');
  assert.equal(await find('control:\n  socket: /x/c.sock\n', '/y'), '/x/c.sock');
});

test('a file with errors does not hide the controller', async () => {
  assert.equal(await find('{ tenants: { a: { lable: x } } }\n'), usual);
  assert.equal(await find('{ runDir: /x/run, tenants: { a: { lable: x } } }\n'), '/x/run/.control.sock');
});
