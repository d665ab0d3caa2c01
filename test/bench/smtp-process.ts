/** A process that takes mail and drops it: `own` is mpctl's engine, `smtp-server` the package of that name. */
import net from 'node:net';
import { createSecureContext } from 'node:tls';
import { SMTPServer } from 'smtp-server';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';
import { silentLogger } from '../../libs/base/log.ts';
import { createLoginChecker } from '../../libs/logins/login-checker.ts';
import { makeSecret } from '../../libs/passwords/secret.ts';
import { makeCertificate } from '../../libs/slow-work/make-certificate.ts';
import { createSlowWork } from '../../libs/slow-work/slow-work.ts';
import { createSmtpEngine } from '../../libs/smtp/smtp-engine.ts';
import { defaultSmtpSettings, plainListener, type SmtpHost } from '../../libs/smtp/smtp-host.ts';

const [kind, path] = process.argv.slice(2);

process.on('disconnect', () => process.exit(0));

/** What the parent asks for after each message of its own. */
let mails = 0;
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ mails, cpuMs: (user + system) / 1000 });
});

function ownServer(): net.Server {
  const { certificate, key } = makeCertificate({ names: ['bench'], nowMs: Date.now() });
  const secureContext = createSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' });
  const listener = { ...plainListener, tls: 'starttls' as const, secureContext: async () => secureContext };
  const logins = createLoginChecker({ slowWork: createSlowWork() });
  const users = new Map([['user', makeSecret('geheim', Buffer.alloc(16, 1))]]);
  const engine = createSmtpEngine({ log: silentLogger });
  const host: SmtpHost = {
    settings: {
      ...defaultSmtpSettings,
      hostname: 'bench',
      app: 'mpctl',
      authMechanisms: ['LOGIN', 'PLAIN'],
      limits: { ...defaultSmtpSettings.limits, connections: 0 },
    },
    async deliver() {
      mails++;
      return { outcome: 'queued', id: 'id' };
    },
    login: (user, proof) => logins.check('bench', users, user, proof),
    replied() {},
    recipientRejected() {},
  };
  return net.createServer(socket => engine.serve(socket, host, listener));
}

function smtpServer(): net.Server {
  const base = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: 50 * 1024 * 1024,
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        Buffer.concat(chunks);
        mails++;
        done(null, 'id');
      });
    },
  });
  // Its own start waits 100 ms before the greeting.
  class Prompt extends SMTPConnection {
    override init(): void {
      this._setListeners(() => this.connectionReady());
    }
  }
  return net.createServer(socket => {
    const connection = new Prompt(base as never, socket, { id: 'bench' });
    connection.on('error', () => {});
    connection.init();
  });
}

const server = kind === 'own' ? ownServer() : smtpServer();
server.listen({ path, backlog: 4096 }, () => process.send?.('ready'));
