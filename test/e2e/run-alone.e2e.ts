import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { httpGet, mpctlPath } from '../harness/fleet.ts';
import { freePorts } from '../harness/free-port.ts';
import { fetchRaw } from '../harness/raw-http.ts';

const dir = mkdtempSync(join(tmpdir(), 'mp-run-'));
after(() => rmSync(dir, { recursive: true }));

/** Starts `mpctl run` in the folder and resolves when it says that it listens. */
async function start(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
  const child = spawn(mpctlPath, ['run', ...words], { cwd: dir, env: { ...process.env, ...env } });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', text => {
      log += text;
      if (log.includes('kept in a temporary folder')) resolve();
    });
    child.once('exit', code => reject(new Error(`ended with ${code}: ${log}`)));
  });
  return child;
}

function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const ended = new Promise<number | null>(done => child.once('exit', code => done(code)));
  child.kill(signal);
  return ended;
}

const refused = async (words: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const { exitCode, stdout, stderr } = await execa(mpctlPath, ['run', ...words], {
    cwd: dir,
    env,
    reject: false,
  });
  assert.equal(stdout, '');
  return { code: exitCode, stderr };
};

test('a sandbox takes mail and gives it out, and leaves nothing behind', async () => {
  const [port] = await freePorts(1);
  const sockets = ['--listen', 'unix:./http.sock:600', '--smtp', `127.0.0.1:${port}`];
  const child = await start([...sockets, '--max', '2'], { MP_LABEL: 'Build 7', MP_MAX_MESSAGES: '1' });
  assert.equal(statSync(join(dir, 'http.sock')).mode & 0o777, 0o600);
  for (const subject of ['one', 'two', 'three']) {
    await execa(mpctlPath, ['sendmail', '-S', `127.0.0.1:${port}`, 'a@b.test'], {
      input: `Subject: ${subject}\n\n`,
    });
  }
  const { body } = await httpGet(join(dir, 'http.sock'), '/api/v1/messages');
  assert.deepEqual(
    JSON.parse(body).messages.map(({ Subject }: { Subject: string }) => Subject),
    ['three', 'two'],
  );
  assert.match((await httpGet(join(dir, 'http.sock'), '/')).body, /Build 7/);
  assert.equal(await stop(child, 'SIGINT'), 0);
  assert.deepEqual(readdirSync(dir), []);
});

test('who may read it and who may send are asked for as Mailpit does', async () => {
  writeFileSync(join(dir, 'users'), 'bob:right\n');
  const flags = ['--ui-auth-file', 'users', '--send-api-auth-accept-any'];
  const child = await start(['--listen', 'unix:./http.sock:600', '--smtp', 'unix:./smtp.sock:600', ...flags]);
  const ask = async (path: string, auth?: string, body?: string) => {
    const socketPath = join(dir, 'http.sock');
    const method = body === undefined ? 'GET' : 'POST';
    return (await fetchRaw({ socketPath, path, method, ...(auth && { auth }), ...(body && { body }) }))
      .status;
  };
  assert.equal(await ask('/'), 401);
  assert.equal(await ask('/', 'bob:wrong'), 401);
  assert.equal(await ask('/', 'bob:right'), 200);
  const mail = JSON.stringify({ From: { Email: 'a@b.test' }, To: [{ Email: 'c@d.test' }] });
  assert.equal(await ask('/api/v1/send', undefined, mail), 200);
  assert.equal(await stop(child, 'SIGINT'), 0);
  rmSync(join(dir, 'users'));
});

test('mail and log stay where Mailpit’s flags put them, and a folder is one process’s', async () => {
  const words = ['--listen', 'unix:./http.sock:600', '--smtp', 'unix:./smtp.sock:600', '-d', './mail'];
  const logPath = join(dir, 'run.log');
  const startLogged = async () => {
    const child = spawn(mpctlPath, ['run', ...words, '--log-file', logPath], { cwd: dir, stdio: 'ignore' });
    while (!existsSync(logPath) || !readFileSync(logPath, 'utf8').includes('http.sock')) {
      assert.equal(child.exitCode, null);
      await sleep(20);
    }
    return child;
  };
  let child = await startLogged();
  try {
    await execa(mpctlPath, ['sendmail', '-S', `unix:${join(dir, 'smtp.sock')}`, 'a@b.test'], {
      input: 'Subject: kept\n\n',
    });
    const second = await refused([
      '--listen',
      'unix:./2.sock:600',
      '--smtp',
      'unix:./3.sock:600',
      '-d',
      './mail',
    ]);
    assert.equal(second.code, 1);
    assert.match(second.stderr, new RegExp(`process ${child.pid}\\) keeps its mail in `));
    assert.equal(await stop(child, 'SIGTERM'), 0);
    rmSync(logPath);
    child = await startLogged();
    assert.match((await httpGet(join(dir, 'http.sock'), '/api/v1/messages')).body, /"Subject":"kept"/);
  } finally {
    await stop(child, 'SIGTERM');
  }
  const file = await refused(['-d', logPath]);
  assert.equal(file.code, 2);
  assert.match(file.stderr, /-d: .*run\.log is a file/);
  for (const name of readdirSync(dir)) rmSync(join(dir, name), { recursive: true });
});

test('a socket that somebody answers on is left alone', async () => {
  const sockets = ['--listen', 'unix:./http.sock:660', '--smtp', 'unix:./smtp.sock:660'];
  const child = await start(sockets);
  const { code, stderr } = await refused(sockets);
  assert.equal(code, 1);
  assert.match(stderr, /smtp\.sock/);
  assert.equal((await httpGet(join(dir, 'http.sock'), '/livez')).status, 200);
  assert.equal(await stop(child, 'SIGTERM'), 0);
  assert.ok(!existsSync(join(dir, 'smtp.sock')));
});

test('what is wrong is told all at once, by the name it was given under', async () => {
  const { code, stderr } = await refused(['-m', 'many', '--webhook-url', 'http://x'], {
    MP_TAGS_CONFIG: 'x',
    MP_ENABLE_SPAMASSASSIN: 'x',
    MP_NO: '1',
  });
  assert.equal(code, 2);
  assert.match(stderr, /^-m: must be a whole number/m);
  assert.match(stderr, /^--webhook-url: .* not available in this version/m);
  assert.match(stderr, /^MP_TAGS_CONFIG: .* is not there/m);
  assert.match(stderr, /^MP_ENABLE_SPAMASSASSIN: .* not available in this version/m);
  assert.match(stderr, /^MP_NO: is no setting of Mailpit/m);
});
