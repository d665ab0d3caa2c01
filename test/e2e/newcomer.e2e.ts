import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { execa } from 'execa';
import { httpGet } from '../harness/fleet.ts';
import { freePorts } from '../harness/free-port.ts';

const root = dirname(dirname(import.meta.dirname));
let clone: string;
let port: number;

/** What a clone has, with the dependencies that are here already; its page on a port that is free now. */
before(async () => {
  clone = mkdtempSync(join(tmpdir(), 'mp-new-'));
  const { stdout } = await execa('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  for (const file of stdout.split('\0').filter(name => name !== '' && !name.startsWith('test/'))) {
    cpSync(join(root, file), join(clone, file), { preserveTimestamps: true });
  }
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  [port = 0] = await freePorts(1);
  const example = join(clone, 'tenants.example.yaml');
  writeFileSync(example, readFileSync(example, 'utf8').replace('127.0.0.1:8025', `127.0.0.1:${port}`));
});
after(() => rmSync(clone, { recursive: true, force: true }));

type Started = {
  readonly child: ChildProcess;
  readonly text: string;
  readonly ended: Promise<unknown>;
};

/** `npm start`, until it has said everything. */
async function npmStart(): Promise<Started> {
  const child = spawn('npm', ['start'], { cwd: clone, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const ended = new Promise(done => child.once('exit', (code, signal) => done(code ?? signal)));
  let text = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', part => {
        text += part;
        if (text.includes('Ctrl-C')) resolve();
      });
    }
    ended.then(code => reject(new Error(`npm start ended with ${code}: ${text}`)));
  });
  return { child, text, ended };
}

/** As a terminal does it: to the whole group. */
async function ctrlC({ child, ended }: Started): Promise<void> {
  process.kill(-(child.pid ?? 0), 'SIGINT');
  // npm itself ends as whoever is interrupted.
  assert.ok([0, 130, 'SIGINT'].includes((await ended) as number | string));
  assert.deepEqual(
    readdirSync(join(clone, '.run')).filter(name => /sock$|^project/.test(name)),
    [],
  );
}

test('npm start, and what it prints works when pasted', async () => {
  const started = await npmStart();
  try {
    assert.deepEqual(started.text.match(/^project-[abc]: listening$/gm)?.length, 3, started.text);
    const open = async (path: string) => (await fetch(`http://127.0.0.1:${port}/${path}`)).text();
    assert.match(await open(''), /<title>Project B, staging<\/title>/);
    assert.equal(JSON.parse(await open('api/v1/messages')).messages[0].Subject, 'Welcome to project-b');

    const paste = async (word: string) => {
      const line = new RegExp(`^ +${word} +(.*)$`, 'm').exec(started.text)?.[1] ?? '';
      return (await execa('sh', ['-c', line], { cwd: clone })).stdout;
    };
    assert.equal(await paste('send'), '');
    const { Subject, Text } = JSON.parse(await paste('read'));
    assert.deepEqual([Subject, Text.trim()], ['Hello', 'Hello!']);
  } finally {
    await ctrlC(started);
  }
});

test('a port that is taken is told, and everything else works', async () => {
  const other = createServer().listen(port, '127.0.0.1');
  const started = await npmStart();
  try {
    assert.match(started.text, new RegExp(`^project-b: partial, .*${port}`, 'm'));
    assert.equal(started.text.match(/^project-[ac]: listening$/gm)?.length, 2);
    assert.match(started.text, /^ +choose another port for it in tenants\.example\.yaml$/m);
    assert.doesNotMatch(started.text, /^ +open/m);
    const mails = await httpGet(join(clone, '.run/project-b/http.sock'), '/api/v1/messages');
    assert.equal(JSON.parse(mails.body).messages.at(-1).Subject, 'Welcome to project-b');
  } finally {
    other.close();
    await ctrlC(started);
  }
});
