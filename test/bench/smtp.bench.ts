/** SMTP from the socket to the host, which drops the mail: kept and new connections, TLS, logins; beside smtp-server. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { atMost, type Figure, quantile, renderFigures, round, shown } from './figures.ts';

const head = 'From: a@example.com\r\nTo: b@example.com\r\nSubject: bench\r\n\r\n';
const mails = {
  '2 KB': `${head}${`${'x'.repeat(70)}\r\n`.repeat(27)}`,
  '1 MB': `${head}${`${'x'.repeat(70)}\r\n`.repeat(14_000)}`,
  '1 MB of lines with dots': `${head}${`..${'x'.repeat(68)}\r\n`.repeat(14_000)}`,
};

type Load = {
  readonly sessions: number;
  readonly mails: number;
  readonly mail: string;
  /** Mails over one connection, or a new one for each. */
  readonly kept: boolean;
  readonly tls: boolean;
  readonly login: boolean;
};

const dir = mkdtempSync(join(tmpdir(), 'mpctl-bench-'));

class Server {
  readonly path: string;
  readonly #child: ChildProcess;

  constructor(kind: 'own' | 'smtp-server') {
    this.path = join(dir, `${kind}.sock`);
    this.#child = fork(join(import.meta.dirname, 'smtp-process.ts'), [kind, this.path]);
  }

  async ready(): Promise<this> {
    await this.#message();
    return this;
  }

  async stats(): Promise<{ mails: number; cpuMs: number }> {
    this.#child.send('stats');
    return (await this.#message()) as { mails: number; cpuMs: number };
  }

  end(): void {
    this.#child.kill();
  }

  #message(): Promise<unknown> {
    return new Promise(done => this.#child.once('message', done));
  }
}

/** One session: says each line when the one before is answered. Resolves to the times between the end of data and 250. */
async function session(path: string, load: Load, next: () => boolean): Promise<number[]> {
  const acksMs: number[] = [];
  while (next()) {
    let socket: net.Socket = net.connect(path);
    let answered = () => {};
    const listen = () => socket.on('data', () => answered());
    const answer = () => new Promise<void>(done => (answered = done));
    const say = async (text: string) => {
      socket.write(text);
      await answer();
    };
    listen();
    await answer();
    if (load.tls) {
      await say('STARTTLS\r\n');
      socket.removeAllListeners('data');
      socket = tls.connect({ socket, rejectUnauthorized: false });
      await new Promise(done => socket.once('secureConnect', done));
      listen();
    }
    await say('EHLO bench\r\n');
    if (load.login) await say(`AUTH PLAIN ${Buffer.from('\0user\0geheim').toString('base64')}\r\n`);
    do {
      await say('MAIL FROM:<a@example.com>\r\n');
      await say('RCPT TO:<b@example.com>\r\n');
      await say('DATA\r\n');
      const startedAtMs = performance.now();
      await say(`${load.mail}.\r\n`);
      acksMs.push(performance.now() - startedAtMs);
    } while (load.kept && next());
    socket.end('QUIT\r\n');
    await new Promise(done => socket.once('close', done));
  }
  return acksMs;
}

async function run(
  server: Server,
  load: Load,
): Promise<{ perSecond: number; cpuUs: number; acksMs: number[] }> {
  let left = load.mails;
  const before = await server.stats();
  const startedAtMs = performance.now();
  const sessions = Array.from({ length: load.sessions }, () => session(server.path, load, () => left-- > 0));
  const acksMs = (await Promise.all(sessions)).flat();
  const ms = performance.now() - startedAtMs;
  const after = await server.stats();
  const cpuUs = (1000 * (after.cpuMs - before.cpuMs)) / (after.mails - before.mails);
  return { perSecond: (1000 * load.mails) / ms, cpuUs, acksMs };
}

/** Connections that are greeted and say QUIT, ten at a time: how many a second. */
async function greetings(server: Server, count: number): Promise<number> {
  let left = count;
  const startedAtMs = performance.now();
  const visit = async () => {
    while (left-- > 0) {
      const socket = net.connect(server.path);
      socket.once('data', () => socket.end('QUIT\r\n'));
      await new Promise(done => socket.resume().once('close', done));
    }
  };
  await Promise.all(Array.from({ length: 10 }, visit));
  return (1000 * count) / (performance.now() - startedAtMs);
}

const base: Load = { sessions: 10, mails: 20_000, mail: mails['2 KB'], kept: true, tls: false, login: false };
const own = await new Server('own').ready();
const other = await new Server('smtp-server').ready();
const told = ({ perSecond, cpuUs }: { perSecond: number; cpuUs: number }) =>
  `${round(perSecond)}/s, ${round(cpuUs)} µs of the server's processor each`;

const figures: Figure[] = [];
try {
  for (const warm of [own, other]) await run(warm, { ...base, mails: 3000 });
  const plain = told(await run(own, base));
  figures.push(shown('2 KB mails on kept connections', plain, `smtp-server ${told(await run(other, base))}`));
  for (const [name, mail] of Object.entries(mails).slice(1)) {
    const load = { ...base, sessions: 4, mails: 100, mail };
    figures.push(
      shown(
        `${name}, on kept connections`,
        told(await run(own, load)),
        `smtp-server ${told(await run(other, load))}`,
      ),
    );
  }
  const anew = { ...base, kept: false, mails: 5000 };
  const visits = await greetings(own, 10_000);
  figures.push(
    shown(
      'connections, a greeting and QUIT each',
      `${round(visits)}/s`,
      `smtp-server ${round(await greetings(other, 10_000))}/s`,
    ),
    shown(
      '2 KB mails, a connection each',
      told(await run(own, anew)),
      `smtp-server ${told(await run(other, anew))}`,
    ),
    shown('in TLS on kept connections', told(await run(own, { ...base, tls: true })), `in clear ${plain}`),
    shown(
      'in TLS, a connection each',
      told(await run(own, { ...anew, tls: true, mails: 500 })),
      `in clear ${plain}`,
    ),
    shown(
      'logged in, on kept connections',
      told(await run(own, { ...base, login: true })),
      `in clear ${plain}`,
    ),
  );
  const loggingIn = { value: true };
  const logins = Array.from({ length: 20 }, () => logIn(own.path, loggingIn));
  const beside = await run(own, { ...base, sessions: 1, mails: 2000 });
  loggingIn.value = false;
  await Promise.all(logins);
  const p99 = quantile(beside.acksMs, 0.99);
  figures.push(atMost("an acknowledgement's p99 beside 20 parallel wrong logins", p99, 20, 'ms'));
} finally {
  own.end();
  other.end();
  rmSync(dir, { recursive: true, force: true });
}
console.log(renderFigures('SMTP, one process, mail dropped', figures));

/** Tries to log in with a new wrong password again and again, as long as it is told. */
async function logIn(path: string, going: { value: boolean }): Promise<void> {
  const socket = net.connect(path);
  let count = 0;
  for await (const _ of socket) {
    if (!going.value) break;
    const wrong = Buffer.from(`\0user\0${Math.random()}${count++}`).toString('base64');
    socket.write(`AUTH PLAIN ${wrong}\r\n`);
  }
  socket.destroy();
}
