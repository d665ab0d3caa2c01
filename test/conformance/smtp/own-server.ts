/** mpctl's own engines, set up by a profile and reached by a way. */
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { silentLogger } from '../../../libs/base/log.ts';
import { createLoginChecker } from '../../../libs/logins/login-checker.ts';
import type { Proof } from '../../../libs/passwords/proof.ts';
import { createPop3Engine } from '../../../libs/pop3/pop3-engine.ts';
import type { Pop3Host } from '../../../libs/pop3/pop3-host.ts';
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
const secureContext = createSecureContext({
  cert: pair.certificate,
  key: pair.key,
  minVersion: 'TLSv1.2',
});
const slowWork = createSlowWork({ idleMs: 1000 });
const logins = createLoginChecker({ slowWork, refusalMs: 1 });

const smtp = createSmtpEngine({ log: silentLogger, lookUp: async () => 'unknown' });
const pop3 = createPop3Engine({ log: silentLogger });

export async function openOwnServer(profile: Profile, way: Way): Promise<OwnServer> {
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-conformance-'));
  const listener: SmtpListener = {
    ...plainListener,
    ...profile.listener,
    ...listenerOf(way),
    // Files take a moment to be looked at.
    secureContext: () => new Promise(done => setTimeout(done, 1, secureContext)),
  };
  const ending: (() => Promise<void>)[] = [];
  let lastMails: TakenMail[] = [];

  const server = net.createServer({ allowHalfOpen: true }, socket => {
    // Each connection is a tenant of its own, so that no row counts against another.
    lastMails = [];
    if (profile.protocol === 'pop3') {
      const host = pop3Host(profile);
      ending.push(() => pop3.end(host, 0));
      pop3.serve(socket, host, listener);
    } else {
      const host = smtpHost(profile, lastMails);
      ending.push(() => smtp.end(host, 0));
      smtp.serve(socket, host, listener);
    }
  });
  const path = join(dir, 'socket');
  await new Promise<void>(done => {
    if (way.socket === 'unix') server.listen(path, done);
    else server.listen(0, '127.0.0.1', done);
  });
  const bound = server.address() as net.AddressInfo;
  return {
    address: way.socket === 'unix' ? { path } : { host: '127.0.0.1', port: bound.port },
    names: { host: 'mx.test', app: profile.settings.app ?? 'mpctl' },
    lastMails: () => lastMails,
    async [Symbol.asyncDispose]() {
      await Promise.all(ending.map(end => end()));
      server.close();
      rmSync(dir, { recursive: true });
    },
  };
}

function settingsOf(profile: Profile) {
  return { ...defaultSmtpSettings, hostname: 'mx.test', app: 'mpctl', ...profile.settings };
}

async function login({ users }: Profile, user: string, proof: Proof) {
  return users ? logins.check('conformance', users, user, proof) : 'accepted';
}

function smtpHost(profile: Profile, mails: TakenMail[]): SmtpHost {
  return {
    settings: settingsOf(profile),
    async deliver({ from, to, helo, username, remoteHost, remoteAddress }, data): Promise<Delivery> {
      if (profile.delivery === 'failing') throw new Error('as the profile says');
      if (profile.delivery === 'not-stored') return { outcome: 'queued', id: null };
      const peer = `${remoteHost} [${remoteAddress}]`;
      mails.push({ from, to, data: data.toString('latin1'), helo, user: username, peer });
      return { outcome: 'queued', id: '0123456789ABCDEFabcdef' };
    },
    login: (user, proof) => login(profile, user, proof),
    replied() {},
    recipientRejected() {},
  };
}

/** What is in every maildrop, newest first. */
const drop = [
  'Subject: three\r\n\r\n.dot\r\n..two\r\nlast',
  'Subject: two\r\n\r\none\r\ntwo\r\nthree\r\n',
  '.dotted\r\n',
];

function pop3Host(profile: Profile): Pop3Host {
  const mails = new Map(drop.map((text, i) => [`id${i + 1}`, Buffer.from(text)]));
  return {
    settings: { ...settingsOf(profile), apop: profile.apop },
    login: (user, proof) => login(profile, user, proof),
    maildrop: async () => [...mails].map(([id, { length }]) => ({ id, sizeBytes: length })),
    raw: async id => mails.get(id) ?? null,
    async remove(ids) {
      for (const id of ids) mails.delete(id);
    },
    refused() {},
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
