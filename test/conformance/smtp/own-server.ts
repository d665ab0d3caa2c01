/** mpctl's own engine, set up by a profile and reached by a way. */
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { silentLogger } from '../../../libs/base/log.ts';
import { createLoginChecker } from '../../../libs/logins/login-checker.ts';
import { makeCertificate } from '../../../libs/slow-work/make-certificate.ts';
import { createSlowWork } from '../../../libs/slow-work/slow-work.ts';
import { createSmtpEngine } from '../../../libs/smtp/smtp-engine.ts';
import {
  type Delivery,
  defaultSmtpSettings,
  plainListener,
  type SmtpHost,
  type SmtpListener,
} from '../../../libs/smtp/smtp-host.ts';
import type { TakenMail } from './dialogue-file.ts';
import type { Names } from './play.ts';
import type { Profile } from './profiles.ts';
import type { Address, Way } from './ways.ts';

export type OwnServer = AsyncDisposable & {
  readonly address: Address;
  readonly names: Names;
  /** What the session of the last connection brought. */
  lastMails(): readonly TakenMail[];
};

const pair = makeCertificate({ names: ['mx.test'], nowMs: Date.now() });
const secureContext = createSecureContext({ cert: pair.certificate, key: pair.key, minVersion: 'TLSv1.2' });
const slowWork = createSlowWork({ idleMs: 1000 });
const logins = createLoginChecker({ slowWork, refusalMs: 1 });

export async function openOwnServer(profile: Profile, way: Way): Promise<OwnServer> {
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-conformance-'));
  const engine = createSmtpEngine({ log: silentLogger, lookUp: async () => 'unknown' });
  const settings = { ...defaultSmtpSettings, hostname: 'mx.test', app: 'mpctl', ...profile.settings };
  const listener: SmtpListener = {
    ...plainListener,
    ...profile.listener,
    ...listenerOf(way),
    secureContext: async () => secureContext,
  };
  const hosts: SmtpHost[] = [];
  let lastMails: TakenMail[] = [];

  function hostOf(mails: TakenMail[]): SmtpHost {
    return {
      settings,
      async deliver({ from, to, helo, username, remoteHost, remoteAddress }, data): Promise<Delivery> {
        if (profile.delivery === 'failing') throw new Error('as the profile says');
        if (profile.delivery === 'not-stored') return { outcome: 'queued', id: null };
        const peer = `${remoteHost} [${remoteAddress}]`;
        mails.push({ from, to, data: data.toString('latin1'), helo, user: username, peer });
        return { outcome: 'queued', id: '0123456789ABCDEFabcdef' };
      },
      login: async (user, proof) =>
        profile.users ? logins.check('conformance', profile.users, user, proof) : 'accepted',
      replied() {},
      recipientRejected() {},
    };
  }

  const server = net.createServer({ allowHalfOpen: true }, socket => {
    // Each connection is a tenant of its own, so that no row counts against another.
    const mails: TakenMail[] = [];
    const host = hostOf(mails);
    hosts.push(host);
    lastMails = mails;
    engine.serve(socket, host, listener);
  });
  await new Promise<void>(done => {
    if (way.socket === 'unix') server.listen(join(dir, 'smtp.sock'), done);
    else server.listen(0, '127.0.0.1', done);
  });
  const bound = server.address();
  return {
    address:
      typeof bound === 'string' || bound === null
        ? { path: join(dir, 'smtp.sock') }
        : { host: '127.0.0.1', port: bound.port },
    names: { host: settings.hostname, app: settings.app },
    lastMails: () => lastMails,
    async [Symbol.asyncDispose]() {
      await Promise.all(hosts.map(host => engine.end(host, 0)));
      server.close();
      rmSync(dir, { recursive: true });
    },
  };
}

function listenerOf(way: Way): Partial<SmtpListener> {
  switch (way.listener) {
    case 'as-it-is':
      return {};
    case 'implicit-tls':
      return { tls: 'implicit' };
    case 'starttls':
      return { tls: 'starttls' };
    case 'proxy':
      return { proxyProtocol: true };
    case 'proxy-tls':
      return { proxyProtocol: true, tls: 'implicit' };
  }
}
