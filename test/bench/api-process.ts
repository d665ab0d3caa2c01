/** A process that serves mailboxes on disk by HTTP, one unix socket each, as a shard does; told what to do by messages. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { noChaos } from '../../libs/base/chaos.ts';
import type { ShardIndex, TenantId, TenantUid } from '../../libs/base/ids.ts';
import { silentLogger } from '../../libs/base/log.ts';
import { createInboxEngine } from '../../libs/inbox-api/inbox-engine.ts';
import { defaultInboxSettings, type InboxTenant } from '../../libs/inbox-api/inbox-tenant.ts';
import { MailEvents } from '../../libs/inbox-api/mail-events.ts';
import { openIntake } from '../../libs/intake/open-intake.ts';
import { newMailId } from '../../libs/mail/new-mail-id.ts';
import { prepareMail } from '../../libs/mail/prepare-mail.ts';
import { Turns } from '../../libs/slow-work/turns.ts';
import { createSmtpEngine } from '../../libs/smtp/smtp-engine.ts';
import { defaultSmtpSettings } from '../../libs/smtp/smtp-host.ts';
import { attachedMail, benchMail } from './api-mail.ts';

const [dir = ''] = process.argv.slice(2);
process.on('disconnect', () => process.exit(0));

const unlimited = { maxMessages: 0, maxAgeMs: 0, maxBytes: 0 };
const turns = new Turns();
const engine = await createInboxEngine({ log: silentLogger, clock: Date.now, turns });
const smtp = createSmtpEngine({ log: silentLogger });
const store = await openIntake({
  journalDir: join(dir, 'journal'),
  shard: 0 as ShardIndex,
  clock: Date.now,
  log: silentLogger,
  turns,
});
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

type Tenant = { -readonly [Key in keyof InboxTenant]: InboxTenant[Key] } & {
  readonly reopen: () => Promise<void>;
};
const tenants = new Map<string, Tenant>();

async function openTenant(name: string, maxMessages = 0): Promise<void> {
  const uid = randomBytes(8).toString('hex') as TenantUid;
  const folder = join(dir, name);
  mkdirSync(folder, { recursive: true });
  const openMailbox = () => store.mailbox({ uid, dir: folder, retention: { ...unlimited, maxMessages } });
  const tenant: Tenant = {
    id: name as TenantId,
    uid,
    settings: { ...defaultInboxSettings, hostname: 'bench' },
    mailbox: openMailbox(),
    async reopen() {
      await store.release(uid);
      tenant.mailbox = openMailbox();
    },
    counters: { accepted: 0, acceptedBytes: 0, rejected: 0, ignored: 0, deleted: 0 },
    startedAtMs: Date.now(),
    events: new MailEvents(),
    usage: async () => ({ databaseBytes: 0, memoryBytes: 0 }),
    login: async () => 'refused',
    submit: async () => ({ outcome: 'refused', reply: '451 not here' }),
    reachability: async () => ({ listeners: [], keeps: unlimited }),
    sessions: () => [],
    evictedSince: () => 0,
    chaosTriggers: () => noChaos,
    setChaosTriggers() {},
  };
  tenants.set(name, tenant);
  const server = net.createServer({ allowHalfOpen: true }, socket => engine.serve(socket, tenant));
  await new Promise<void>(done => server.listen({ path: join(dir, `${name}.sock`), backlog: 4096 }, done));
  const host = {
    settings: { ...defaultSmtpSettings, hostname: 'bench', app: 'mpctl' },
    async deliver(_envelope: unknown, data: Buffer) {
      return { outcome: 'queued', id: await deliver(name, data.toString('latin1')) } as const;
    },
    login: async () => 'refused' as const,
    replied() {},
    recipientRejected() {},
  };
  const smtpServer = net.createServer(socket => smtp.serve(socket, host));
  await new Promise<void>(done => smtpServer.listen(join(dir, `${name}.smtp`), done));
}

function prepared(text: string) {
  return prepareMail(
    Buffer.from(text),
    {
      from: 'a@shop.example',
      to: ['b@example.com'],
      helo: 'bench',
      remoteAddress: '127.0.0.1',
      remoteHost: 'localhost',
      username: '',
    },
    { hostname: 'bench', app: 'mpctl', received: true, strictRfcHeaders: false },
    { nowMs: Date.now(), random: randomBytes },
  );
}

async function deliver(name: string, text: string): Promise<string> {
  const tenant = tenants.get(name) as InboxTenant;
  const { row, raw, searchText } = prepared(text);
  await tenant.mailbox.insert({ row, raw, searchText });
  tenant.events.publish({ kind: 'new', row, searchText });
  return row.id;
}

/** Different mails; a large mailbox has each several times, under other ids. */
const different = 2000;
const pool: ReturnType<typeof prepared>[] = [];

function copyOf(number: number) {
  const at = number % different;
  pool[at] ??= prepared(benchMail(at));
  const mail = pool[at];
  const id = newMailId(randomBytes);
  const [head, ...rest] = mail.row.json;
  const json = [head.replace(mail.row.id, id), ...rest] as unknown as typeof mail.row.json;
  return { ...mail, row: { ...mail.row, id, json, createdAtMs: Date.now() } };
}

let flooding: string | null = null;
async function flood(name: string): Promise<void> {
  for (let number = 0; flooding === name; number++) {
    await deliver(name, benchMail(number));
    if (number % 50 === 0) await new Promise(setImmediate);
  }
}

/** Bare node:http with the same bytes. */
let bareBody = Buffer.alloc(0);
const bare = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': bareBody.length });
  response.end(bareBody);
});
// Its one connection waits while mailboxes are filled.
bare.keepAliveTimeout = 0;
bare.listen(join(dir, 'bare.sock'));

/** What can be asked of this process; each answers when it is done. */
const commands = {
  open: (name: string, maxMessages?: number) => openTenant(name, maxMessages),
  async fill(name: string, count: number) {
    const { mailbox } = tenants.get(name) as InboxTenant;
    for (let from = 0; from < count; from += 200) {
      const batch = Array.from({ length: Math.min(200, count - from) }, (_, i) => copyOf(from + i));
      await Promise.all(batch.map(mail => mailbox.insert(mail)));
    }
    await mailbox.counts();
  },
  deliver,
  /** Resolves when what was delivered is in the database, and nothing is left to do. */
  async settle(name: string) {
    await tenants.get(name)?.mailbox.counts();
    await new Promise(setImmediate);
  },
  /** Closes its file; the next request opens it. */
  close: (name: string) => tenants.get(name)?.reopen(),
  attached: (name: string) => deliver(name, attachedMail(1)),
  bare(text: string) {
    bareBody = Buffer.from(text, 'latin1');
  },
  /** The longest time that the event loop was held since the last call, in ms. */
  held() {
    const ms = delay.max / 1e6;
    delay.reset();
    return ms;
  },
  memory: () => process.memoryUsage().rss,
  cpu() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  flood(name: string) {
    flooding = name;
    void flood(name);
  },
  calm() {
    flooding = null;
  },
} as const;

export type ApiCommands = typeof commands;

process.on('message', async ([id, name, ...args]: [number, keyof ApiCommands, ...unknown[]]) => {
  process.send?.([id, await (commands[name] as (...args: unknown[]) => unknown)(...args)]);
});
process.send?.('ready');
