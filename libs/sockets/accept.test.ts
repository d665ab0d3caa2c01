import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { acceptFrom } from './accept.ts';
import { bindSockets } from './bind-sockets.ts';
import type { BoundSocket } from './bound-socket.ts';

let dir = '';
let path = '';
let bound: BoundSocket;

before(() => {
  dir = mkdtempSync(join(tmpdir(), 'mpctl-'));
  path = join(dir, 'run/t/smtp.sock');
});
after(() => rmSync(dir, { recursive: true }));

async function bind(): Promise<BoundSocket> {
  const access = { owner: null, group: null, mode: 0o600, acl: [] };
  const [outcome] = await bindSockets(
    [{ bind: { kind: 'unix', path }, protocol: 'smtp', access, backlog: 3 }],
    { runDir: join(dir, 'run'), webGroup: 'none', occupied: 'refuse', api: 'private' },
  );
  assert(outcome && 'close' in outcome);
  return outcome;
}

/** A child that greets with its word, over a socket that it inherited or was sent. */
const child = `
  import { acceptFrom } from ${JSON.stringify(join(import.meta.dirname, 'accept.ts'))};
  let accepting;
  const greet = { accept: socket => socket.end(process.argv[2]), acceptFailed() {} };
  process.on('message', (message, handle) => {
    if (message === 'close') { accepting.close(); process.send('closed'); return; }
    accepting = acceptFrom(message.fd ?? handle, 3, greet);
    process.send('listening');
  });
  process.send('up');
`;

async function start(word: string, sendHandle: boolean) {
  const file = join(dir, 'child.mts');
  writeFileSync(file, child);
  const process = fork(file, [word], { stdio: ['ignore', 'inherit', 'inherit', 'ipc', bound.fd] });
  await once(process, 'message');
  if (sendHandle) process.send({}, bound.handle as never, { keepOpen: true });
  else process.send({ fd: 4 });
  await once(process, 'message');
  return process;
}

async function ask(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of connect(path)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

test('a child accepts from an inherited descriptor and from a handle, and its death refuses nobody', async () => {
  bound = await bind();
  const first = await start('one', false);
  assert.equal(await ask(), 'one');
  first.kill('SIGKILL');
  await once(first, 'exit');
  const waiting = ask();
  const second = await start('two', true);
  assert.equal(await waiting, 'two');
  second.send('close');
  await once(second, 'message');
  const queued = ask();
  const third = await start('three', false);
  assert.equal(await queued, 'three', 'closing in a shard leaves the socket listening');
  second.kill('SIGKILL');
  third.kill('SIGKILL');
  await bound.close();
});

test('the backlog counts', async () => {
  bound = await bind();
  const accepting = acceptFrom(bound.fd, 3, { accept() {}, acceptFailed() {} });
  // The event loop does not turn while they come, so nothing is accepted: the kernel takes one more than asked for.
  const clients: Socket[] = [];
  const refused: string[] = [];
  for (let i = 0; i < 10; i++) {
    const client = connect(path);
    client.on('error', (error: NodeJS.ErrnoException) => refused.push(error.code ?? ''));
    clients.push(client);
  }
  await new Promise(resolve => setImmediate(resolve));
  assert.deepEqual(refused, Array(6).fill('EAGAIN'));
  for (const client of clients) client.destroy();
  accepting.close();
});
