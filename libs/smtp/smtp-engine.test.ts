import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLogger } from '../base/log.ts';
import type { Envelope } from '../mail/message.ts';
import { createSmtpEngine, type SmtpEngineOptions } from './smtp-engine.ts';
import {
  type Delivery,
  defaultSmtpSettings,
  plainListener,
  type SmtpEngine,
  type SmtpHost,
  type SmtpSettings,
} from './smtp-host.ts';

type World = {
  readonly path: string;
  readonly engine: SmtpEngine;
  readonly host: SmtpHost;
  readonly mails: { envelope: Envelope; data: string }[];
  readonly replies: string[];
  delivery: () => Promise<Delivery>;
};

async function withEngine(
  run: (world: World) => Promise<void>,
  settings: Partial<SmtpSettings> = {},
  options: Partial<SmtpEngineOptions> = {},
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-smtp-'));
  const engine = createSmtpEngine({ log: silentLogger, ...options });
  const mails: World['mails'] = [];
  const replies: string[] = [];
  const host: SmtpHost = {
    settings: {
      ...defaultSmtpSettings,
      hostname: 'mx.test',
      app: 'mpctl',
      maxMessageSizeBytes: 1000,
      ...settings,
    },
    login: async () => 'refused',
    recipientRejected() {},
    async deliver(envelope, data) {
      mails.push({ envelope, data: data.toString('latin1') });
      return world.delivery();
    },
    replied: reply => replies.push(reply),
  };
  const world: World = {
    path: join(dir, 'smtp.sock'),
    engine,
    host,
    mails,
    replies,
    delivery: async () => ({ outcome: 'queued', id: 'id' }),
  };
  const server = net.createServer(socket => engine.serve(socket, host)).listen(world.path);
  try {
    await run(world);
  } finally {
    await engine.end(host, 0);
    server.close();
    rmSync(dir, { recursive: true });
  }
}

/** Sends everything at once and ends; gives all that came back. */
async function say(path: string, text: string): Promise<string> {
  const socket = net.connect(path);
  socket.end(text);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('a pipelined dialogue is answered in order and the mail is as it came', async () => {
  await withEngine(async ({ path, mails }) => {
    const replies = await say(
      path,
      'EHLO there\r\nMAIL FROM:<a@b> SIZE=10\r\nRCPT TO:<c@d>\r\nRCPT TO:<c@d>\r\nDATA\r\n..x\r\n\xff\n.\r\n\r\n.\r\nQUIT\r\n',
    );
    assert.equal(
      replies,
      [
        '220 mx.test mpctl ESMTP Service ready',
        '250-mx.test greets there',
        '250-SIZE 1000',
        '250-ENHANCEDSTATUSCODES',
        '250-8BITMIME',
        '250 SMTPUTF8',
        '250 2.1.0 Ok',
        '250 2.1.5 Ok',
        '250 2.1.5 Ok',
        '354 Start mail input; end with <CR><LF>.<CR><LF>',
        '250 2.0.0 Ok: queued as id',
        '221 2.0.0 mx.test mpctl ESMTP Service closing transmission channel',
        '',
      ].join('\r\n'),
    );
    assert.deepEqual(mails, [
      {
        envelope: {
          from: 'a@b',
          to: ['c@d', 'c@d'],
          helo: 'there',
          remoteAddress: '127.0.0.1',
          remoteHost: 'localhost',
          username: '',
        },
        data: `.x\r\n${Buffer.from('\xff').toString('latin1')}\n.\r\n\r\n`,
      },
    ]);
  });
});

test('a mail of the limit is taken, one byte more is refused and its rest is no command', async () => {
  const mail = (bytes: number) =>
    `MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n${'x'.repeat(bytes - 2)}\r\n.\r\nRSET\r\n`;
  await withEngine(async ({ path, mails, replies }) => {
    const text = await say(path, `HELO x\r\n${mail(1000)}${mail(1001)}QUIT\r\n`);
    assert.equal(text.match(/queued as/g)?.length, 1);
    assert.match(
      text,
      /\r\n552 5.3.4 Requested mail action aborted: exceeded storage allocation \(1000\)\r\n250 2.0.0 Ok\r\n221/,
    );
    assert.equal(mails.length, 1);
    assert.equal(replies.length, 1);
  });
});

test('data that is cut off is refused and stored nowhere', async () => {
  await withEngine(async ({ path, mails }) => {
    const text = await say(path, 'HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d>\r\nDATA\r\nhalf');
    assert.match(text, /\r\n451 4.3.0 Requested action aborted: local error in processing\r\n$/);
    assert.deepEqual(mails, []);
  });
});

test('what comes while the host is at work is answered after it', async () => {
  await withEngine(async world => {
    const { promise, resolve } = Promise.withResolvers<Delivery>();
    world.delivery = () => promise;
    const socket = net.connect(world.path);
    socket.write('HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\nNOOP\r\n');
    let text = '';
    socket.on('data', chunk => {
      const isFirst = !text.includes('354');
      text += chunk;
      if (isFirst && text.includes('354')) socket.write('QUIT\r\n', () => setImmediate(resolve, refused));
    });
    const refused: Delivery = { outcome: 'refused', reply: '452 4.3.1 Insufficient system storage' };
    await new Promise(done => socket.on('close', done));
    assert.match(text, /\r\n452 4.3.1 Insufficient system storage\r\n250 2.0.0 Ok\r\n221 /);
    assert.deepEqual(world.replies, ['452 4.3.1 Insufficient system storage']);
  });
});

test('who sends thousands of commands at once keeps nobody else waiting', async () => {
  await withEngine(async ({ path }) => {
    const [crowd, single] = [net.connect(path), net.connect(path)];
    await Promise.all([once(crowd, 'data'), once(single, 'data')]);
    let answered = 0;
    crowd.on('data', chunk => {
      answered += chunk.toString().split('\n').length - 1;
    });
    crowd.write('NOOP\r\n'.repeat(10_000));
    single.write('NOOP\r\n');
    await once(single, 'data');
    assert.ok(answered < 5000, `${answered} answered before`);
    while (answered < 10_000) await once(crowd, 'data');
    assert.equal(answered, 10_000);
    crowd.destroy();
    single.destroy();
  });
});

test('QUIT on a unix socket: the goodbye arrives, then the end', async () => {
  await withEngine(async ({ path }) => {
    for (const input of ['QUIT\r\n', 'HELO x\r\nNOOP\r\nQUIT\r\nNOOP\r\n']) {
      const socket = net.connect(path);
      socket.write(input);
      let text = '';
      for await (const chunk of socket) text += chunk;
      assert.match(text, /221 2\.0\.0 mx\.test mpctl ESMTP Service closing transmission channel\r\n$/);
    }
  });
});

test('a session that says nothing is closed with 421', async () => {
  await withEngine(
    async ({ path }) => {
      const socket = net.connect(path);
      let text = '';
      for await (const chunk of socket) text += chunk;
      assert.match(text, /\r\n421 4.4.2 mx.test mpctl ESMTP Service closing .* timeout exceeded\r\n$/);
    },
    { timeoutMs: 20 },
  );
});

test('ending a host tells idle sessions and lets data in progress finish', async () => {
  await withEngine(async ({ path, engine, host, mails }) => {
    const idle = net.connect(path);
    const sending = net.connect(path);
    const heard = new Map([
      [idle, ''],
      [sending, ''],
    ]);
    const closed = [idle, sending].map(socket => new Promise<void>(done => socket.on('close', () => done())));
    const inData = new Promise<void>(done => {
      for (const socket of [idle, sending]) {
        socket.on('data', chunk => {
          const text = heard.get(socket) + chunk.toString();
          heard.set(socket, text);
          if (text.includes('354')) done();
        });
      }
    });
    sending.write('HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d>\r\nDATA\r\n');
    await inData;
    assert.equal(engine.connections(host), 2);
    const ended = engine.end(host, 5000);
    await closed[0];
    assert.match(heard.get(idle) ?? '', /\r\n421 4.3.2 mx.test mpctl ESMTP Service shutting down\r\n$/);
    sending.write('x\r\n.\r\n');
    await Promise.all([ended, ...closed]);
    assert.match(heard.get(sending) ?? '', /queued as id\r\n421 4.3.2 .*\r\n$/);
    assert.equal(mails.length, 1);
    assert.equal(engine.connections(host), 0);
  });
});

test('mails in memory are bounded, for one host and for all', async () => {
  await withEngine(
    async ({ path, mails }) => {
      const mail = (bytes: number) =>
        `MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n${'x'.repeat(bytes - 2)}\r\n.\r\nRSET\r\n`;
      const text = await say(path, `HELO x\r\n${mail(500)}${mail(501)}${mail(500)}QUIT\r\n`);
      assert.equal(text.match(/queued as/g)?.length, 2);
      assert.match(text, /\r\n452 4.3.1 Insufficient system storage\r\n250 2.0.0 Ok\r\n/);
      assert.equal(mails.length, 2);
    },
    {},
    { maxDataBytes: 1000 },
  );
});

test('without a certificate STARTTLS is refused for now, and the session goes on', async () => {
  await withEngine(async ({ engine, host }) => {
    const dir = mkdtempSync(join(tmpdir(), 'mpctl-smtp-'));
    const listener = {
      ...plainListener,
      tls: 'starttls' as const,
      secureContext: () => Promise.reject(new Error('none')),
    };
    const path = join(dir, 's');
    const server = net.createServer(socket => engine.serve(socket, host, listener)).listen(path);
    try {
      const replies = await say(path, 'STARTTLS\r\nNOOP\r\nQUIT\r\n');
      assert.match(
        replies,
        /^454 4\.7\.0 TLS not available due to temporary reason\r\n250 2\.0\.0 Ok\r\n221 /m,
      );
    } finally {
      server.close();
      rmSync(dir, { recursive: true });
    }
  });
});

test('names of peers are looked up while they talk, and not for those of this machine', async () => {
  const asked: string[] = [];
  let tell = (_name: string) => {};
  const lookUp = (address: string) => {
    asked.push(address);
    return new Promise<string>(done => {
      tell = done;
    });
  };
  await withEngine(
    async ({ engine, host, mails }) => {
      const listener = { ...plainListener, proxyProtocol: true };
      const server = net.createServer(socket => engine.serve(socket, host, listener)).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as net.AddressInfo;
      const mail = 'HELO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n';
      const send = (source: string) => {
        const socket = net.connect(port);
        socket.end(`PROXY TCP4 ${source} 192.0.2.2 1 25\r\n${mail}`);
        return socket;
      };
      try {
        const socket = send('192.0.2.1');
        let heard = '';
        socket.on('data', data => {
          heard += data;
          // All but the mail itself is answered before the name is known.
          if (heard.includes('354 ')) tell('mail.example');
        });
        await new Promise(done => socket.on('end', done));
        for await (const _ of send('127.0.0.1'));
        assert.deepEqual(
          mails.map(({ envelope }) => envelope.remoteHost),
          ['mail.example', 'localhost'],
        );
        assert.deepEqual(asked, ['192.0.2.1']);
      } finally {
        server.close();
      }
    },
    {},
    { lookUp },
  );
});
