/** A real inbox behind real sockets, for tests: engine, memory store, one listener a tenant. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestOptions } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noChaos } from '../base/chaos.ts';
import type { TenantId, TenantUid } from '../base/ids.ts';
import { silentLogger } from '../base/log.ts';
import type { Envelope } from '../mail/message.ts';
import { prepareMail } from '../mail/prepare-mail.ts';
import { openMemoryStore } from '../store/open-store.ts';
import { fetchFrom, type TestReply } from './fetch-for-tests.ts';
import { createInboxEngine, type InboxEngineOptions } from './inbox-engine.ts';
import {
  defaultInboxSettings,
  type InboxEngine,
  type InboxSettings,
  type InboxTenant,
} from './inbox-tenant.ts';
import { MailEvents } from './mail-events.ts';

export type TestInbox = AsyncDisposable & {
  readonly engine: InboxEngine;
  readonly tenant: InboxTenant;
  readonly socketPath: string;
  /** Delivers as SMTP would and resolves to the mail's id. */
  deliver(mail: string | Uint8Array, envelope?: Partial<Envelope>): Promise<string>;
  fetch(path: string, options?: RequestOptions & { body?: string | Buffer }): Promise<TestReply>;
};

export async function openTestInbox(
  settings: Partial<InboxSettings> = {},
  options: Partial<InboxEngineOptions> = {},
): Promise<TestInbox> {
  const dir = await mkdtemp(join(tmpdir(), 'inbox-'));
  const socketPath = join(dir, 'http.sock');
  const engine = await createInboxEngine({ log: silentLogger, clock: Date.now, ...options });
  const store = openMemoryStore(Date.now);
  const uid = randomBytes(8).toString('hex') as TenantUid;
  const tenant: InboxTenant = {
    id: 'test' as TenantId,
    uid,
    settings: { ...defaultInboxSettings, hostname: 'host.example', ...settings },
    mailbox: store.mailbox({
      uid,
      dir,
      retention: { maxMessages: 0, maxAgeMs: 0, maxBytes: 0 },
    }),
    counters: { accepted: 0, acceptedBytes: 0, rejected: 0, ignored: 0, deleted: 0 },
    startedAtMs: Date.now(),
    events: new MailEvents(),
    usage: async () => ({ databaseBytes: 0, memoryBytes: 0 }),
    login: async (_realm, user, password) =>
      user === 'joe' && password === 'secret' ? 'accepted' : 'refused',
    submit: async () => ({ outcome: 'refused', reply: '451 not here' }),
    reachability: async () => ({
      listeners: [],
      keeps: { maxMessages: 0, maxAgeMs: 0, maxBytes: 0 },
    }),
    sessions: () => [
      {
        id: 7,
        startedAtMs: Date.UTC(2026, 0, 2),
        endedAtMs: null,
        remoteAddress: '10.0.0.1',
        tls: true,
        complete: true,
        lines: [{ atMs: Date.UTC(2026, 0, 2), from: 'client', text: 'EHLO <you>' }],
      },
    ],
    evictedSince: () => 0,
    chaosTriggers: () => noChaos,
    setChaosTriggers() {},
  };
  const server = createServer({ allowHalfOpen: true }, socket => engine.serve(socket, tenant));
  await listen(server, socketPath);

  return {
    engine,
    tenant,
    socketPath,
    async deliver(mail, envelope = {}) {
      const prepared = prepareMail(
        Buffer.from(mail as string),
        {
          from: 'sender@example.com',
          to: ['rcpt@example.com'],
          helo: 'client',
          remoteAddress: '127.0.0.1',
          remoteHost: 'localhost',
          username: '',
          ...envelope,
        },
        { hostname: 'host.example', app: 'mpctl', received: true, strictRfcHeaders: false },
        { nowMs: Date.now(), random: randomBytes },
      );
      await tenant.mailbox.insert(prepared);
      tenant.events.publish({ kind: 'new', row: prepared.row, searchText: prepared.searchText });
      return prepared.row.id;
    },
    fetch: (path, { body, ...rest } = {}) => fetchFrom({ socketPath, path, ...rest }, body),
    async [Symbol.asyncDispose]() {
      server.close();
      await engine[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await rm(dir, { recursive: true });
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(path, resolve);
  });
}
