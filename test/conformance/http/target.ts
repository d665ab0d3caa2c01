/**
 * What the suite plays against: `mpctl run`, started for each file, or any other server.
 *
 *   MPCTL_TARGET_HTTP=unix:/path | http://host:port    its HTTP
 *   MPCTL_TARGET_SMTP=unix:/path | host:port           its SMTP
 *
 * Rows that need settings of their own are skipped there, and those that say what is better here than in the reference
 * unless `MPCTL_TARGET_OURS=1` says that it is ours.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import type { OutgoingHttpHeaders, RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchFrom, type TestReply } from '../../../libs/inbox-api/fetch-for-tests.ts';
import { mpctlPath } from '../../harness/fleet.ts';
import { SmtpTalk } from '../../harness/smtp-talk.ts';

export type Ask = {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
};

export type Target = AsyncDisposable & {
  readonly isOurs: boolean;
  readonly where: RequestOptions;
  /** Path or port of its SMTP. */
  readonly smtp: string | number;
  ask(path: string, ask?: Ask): Promise<TestReply>;
  /** Sends by SMTP; resolves to the id of the mail. */
  deliver(mail: string | Buffer, envelope?: { from?: string; to?: readonly string[] }): Promise<string>;
  /** Removes all mail. */
  empty(): Promise<void>;
};

const elsewhere = process.env.MPCTL_TARGET_HTTP;
const isOurs = process.env.MPCTL_TARGET_OURS === '1';

/** `flags`: Mailpit's own. Null when the suite is pointed elsewhere and these cannot be had. */
export async function openTarget(flags: readonly string[] = []): Promise<Target | null> {
  if (elsewhere === undefined) return startOurs(flags);
  if (flags.length > 0) return null;
  return targetAt(placeOf(elsewhere), process.env.MPCTL_TARGET_SMTP ?? '', isOurs, async () => {});
}

function placeOf(address: string): RequestOptions {
  if (address.startsWith('unix:')) return { socketPath: address.slice('unix:'.length) };
  const { hostname, port } = new URL(address);
  return { host: hostname, port };
}

async function startOurs(flags: readonly string[]): Promise<Target> {
  const dir = await mkdtemp(join(tmpdir(), 'mp-conf-'));
  const [http, smtp] = [join(dir, 'http.sock'), join(dir, 'smtp.sock')];
  const words = ['run', '--listen', `unix:${http}:600`, '--smtp', `unix:${smtp}:600`, '--max', '0', ...flags];
  const child = spawn(mpctlPath, words, { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
  await listening(child);
  // A file whose tests could not begin ends all the same.
  child.unref();
  child.stderr.destroy();
  process.once('exit', () => child.kill('SIGKILL'));
  return targetAt({ socketPath: http }, `unix:${smtp}`, true, async () => {
    const ended = new Promise(done => child.once('exit', done));
    child.ref();
    child.kill('SIGTERM');
    await ended;
    await rm(dir, { recursive: true });
  });
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    child.stderr?.setEncoding('utf8').on('data', text => {
      log += text;
      if (/"listening"[\s\S]*"listening"|kept in memory/.test(log)) resolve();
    });
    child.once('exit', code => reject(new Error(`ended with ${code}: ${log}`)));
  });
}

function targetAt(where: RequestOptions, smtp: string, isOurs: boolean, close: () => Promise<void>): Target {
  const ask = (path: string, { method = 'GET', headers = {}, body }: Ask = {}) =>
    fetchFrom({ ...where, path, method, headers: { Host: 'localhost', ...headers } }, body);
  const smtpPlace = smtp.startsWith('unix:') ? smtp.slice('unix:'.length) : Number(smtp.split(':').at(-1));
  return {
    isOurs,
    where,
    smtp: smtpPlace,
    ask,
    async deliver(mail, { from = 'sender@example.com', to = ['rcpt@example.com'] } = {}) {
      using talk = new SmtpTalk(smtpPlace);
      await talk.reply();
      for (const line of [
        'EHLO client',
        `MAIL FROM:<${from}>`,
        ...to.map(rcpt => `RCPT TO:<${rcpt}>`),
        'DATA',
      ]) {
        await talk.say(line);
      }
      const text = typeof mail === 'string' ? Buffer.from(mail) : mail;
      const stuffed = text.toString('latin1').replace(/(^|\n)\./g, '$1..');
      talk.socket.write(Buffer.from(`${stuffed}\r\n.\r\n`, 'latin1'));
      const reply = (await talk.reply()) ?? '';
      const id = / queued as (\S+)$/.exec(reply)?.[1];
      if (!id) throw new Error(`not taken: ${reply}`);
      return id;
    },
    async empty() {
      await ask('/api/v1/messages', { method: 'DELETE' });
    },
    [Symbol.asyncDispose]: close,
  };
}

/** Writes bytes as they are; resolves to all that comes back. */
export function sendBytes(where: RequestOptions, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { socketPath } = where;
    const socket = socketPath ? connect(socketPath) : connect(Number(where.port), String(where.host));
    let text = '';
    socket.setEncoding('latin1').on('data', chunk => {
      text += chunk;
    });
    socket.on('error', reject).on('close', () => resolve(text));
    socket.write(bytes, 'latin1');
  });
}
