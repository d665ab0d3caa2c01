import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLogger } from '../base/log.ts';
import { fitsChallenge } from '../passwords/proof.ts';
import { createPop3Engine } from './pop3-engine.ts';
import type { Pop3Engine, Pop3Host } from './pop3-host.ts';

const none = { connections: 0, messages: 0, recipients: 0, bytes: 0 };

type World = {
  readonly path: string;
  readonly engine: Pop3Engine;
  readonly host: Pop3Host;
  readonly removed: string[];
  readonly refusals: string[];
};

async function withEngine(run: (world: World) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-pop3-'));
  const engine = createPop3Engine({ log: silentLogger });
  const removed: string[] = [];
  const refusals: string[] = [];
  const host: Pop3Host = {
    settings: {
      hostname: 'mx.test',
      app: 'mpctl',
      suspended: false,
      apop: true,
      timeoutMs: 5000,
      limits: { connections: 2, perMinute: none, perSource: { connections: 0, perMinute: none } },
    },
    login: async (_user, proof) =>
      (proof.type === 'password' ? proof.password === 'geheim' : fitsChallenge('geheim', proof))
        ? 'accepted'
        : 'refused',
    maildrop: async () => ['a', 'b'].map(id => ({ id, sizeBytes: 3 })),
    raw: async id => (removed.includes(id) ? null : Buffer.from('x\r\n')),
    async remove(ids) {
      removed.push(...ids);
    },
    refused: message => refusals.push(message),
  };
  const path = join(dir, 'pop3.sock');
  const server = net.createServer({ allowHalfOpen: true }, socket => engine.serve(socket, host)).listen(path);
  try {
    await run({ path, engine, host, removed, refusals });
  } finally {
    await engine.end(host, 0);
    server.close();
    rmSync(dir, { recursive: true });
  }
}

async function say(path: string, text: string): Promise<string> {
  const socket = net.connect(path);
  socket.end(text);
  let heard = '';
  for await (const chunk of socket) heard += chunk;
  return heard;
}

const login = 'USER u\r\nPASS geheim\r\n';

test('marked mails are removed by QUIT, in the order of their marks, and by nothing else', async () => {
  await withEngine(async ({ path, removed, refusals }) => {
    await say(path, `${login}DELE 1\r\n`);
    await say(path, `${login}DELE 1\r\nRSET\r\nQUIT\r\n`);
    assert.deepEqual(removed, []);
    assert.match(await say(path, `${login}DELE 2\r\nDELE 1\r\nDELE 2\r\nQUIT\r\n`), /\+OK goodbye\r\n$/);
    assert.deepEqual(removed, ['b', 'a']);
    assert.deepEqual(refusals, ['message 2 already deleted']);
    assert.match(await say(path, `${login}RETR 1\r\nQUIT\r\n`), /-ERR no such message\r\n\+OK goodbye/);
  });
});

test('APOP answers the time stamp of its own greeting', async () => {
  await withEngine(async ({ path }) => {
    const socket = net.connect(path);
    let heard = '';
    socket.on('data', chunk => {
      heard += chunk;
      const [, timestamp] = /(<[^>]+@mx\.test>)\r\n$/.exec(heard) ?? [];
      if (!timestamp) return;
      const digest = createHash('md5').update(`${timestamp}geheim`).digest('hex');
      socket.end(`APOP u ${digest}\r\nSTAT\r\nQUIT\r\n`);
    });
    await new Promise(done => socket.on('close', done));
    assert.match(heard, /\+OK signed in\r\n\+OK 2 6\r\n\+OK goodbye\r\n$/);
  });
});

test('a connection too many is refused, and ending says why', async () => {
  await withEngine(async ({ path, engine, host }) => {
    const greeted = (socket: net.Socket) =>
      new Promise<string>(done => socket.once('data', chunk => done(`${chunk}`)));
    const sockets = [net.connect(path), net.connect(path)];
    await Promise.all(sockets.map(greeted));
    assert.equal(await say(path, ''), '-ERR [SYS/TEMP] too many connections (limit connections: 2)\r\n');
    const farewells = Promise.all(sockets.map(greeted));
    const ended = engine.end(host, 5000);
    assert.deepEqual(await farewells, Array(2).fill('-ERR [SYS/TEMP] shutting down\r\n'));
    await ended;
    assert.equal(engine.connections(host), 0);
  });
});

test('who hears of refusals hears the address of the peer, without a port', async () => {
  await withEngine(async ({ engine, host }) => {
    const addresses: string[] = [];
    const told = { ...host, refused: (_: string, address: string) => void addresses.push(address) };
    const server = net.createServer(socket => engine.serve(socket, told)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const socket = net.connect((server.address() as net.AddressInfo).port);
      socket.end('WHAT\r\nQUIT\r\n');
      for await (const _ of socket);
      assert.deepEqual(addresses, ['127.0.0.1']);
    } finally {
      server.close();
    }
  });
});
