import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { MpctlError } from '../base/error.ts';
import type { TenantId, TenantUid } from '../base/ids.ts';
import { silentLogger } from '../base/log.ts';
import { createCertificates } from '../certificates/certificates.ts';
import { createInboxEngine } from '../inbox-api/inbox-engine.ts';
import { createLoginChecker } from '../logins/login-checker.ts';
import type { Envelope } from '../mail/message.ts';
import { createPop3Engine } from '../pop3/pop3-engine.ts';
import { createSlowWork } from '../slow-work/slow-work.ts';
import { createSmtpEngine } from '../smtp/smtp-engine.ts';
import { resolveTenant, tenantContext } from '../spec/resolve.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import { openMemoryStore } from '../store/open-store.ts';
import type { Mailbox, MailboxOptions, Store } from '../store/store.ts';
import type { TenantReport } from '../wire/report.ts';
import { newTally } from './tally.ts';
import { TenantWorker } from './tenant-worker.ts';

const mail = Buffer.from('Subject: x\r\n\r\nHello\r\n');
const envelope: Envelope = {
  from: 'a@example.com',
  to: ['b@example.com'],
  helo: 'client',
  remoteAddress: '127.0.0.1',
  remoteHost: 'localhost',
  username: '',
};

/** A store whose next inserts fail with these codes, one after the other; an empty one succeeds. */
function storeThatFails(codes: string[]): Store {
  const store = openMemoryStore(Date.now);
  const failing = (mailbox: Mailbox) =>
    new Proxy(mailbox, {
      get(target, key: keyof Mailbox) {
        if (key !== 'insert') return (target[key] as () => unknown).bind(target);
        return async (one: Parameters<Mailbox['insert']>[0]) => {
          const code = codes.shift() ?? '';
          if (code !== '') throw new MpctlError(code, 'no luck');
          return target.insert(one);
        };
      },
    });
  return {
    mailbox: (options: MailboxOptions) => failing(store.mailbox(options)),
    tend: options => store.tend(options),
    release: uid => store.release(uid),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

const resolvedSpec = () =>
  resolveTenant('project-a' as TenantId, null, tenantContext('/run', '', {}).context).spec;

async function openWorker(codes: string[] = []) {
  const reports: TenantReport[] = [];
  const store = storeThatFails(codes);
  const inbox = await createInboxEngine({ log: silentLogger, clock: Date.now });
  const slowWork = createSlowWork();
  const totals = newTally();
  const home = {
    hostname: 'mx.test',
    runDir: '/nonexistent',
    dataDir: '/nonexistent',
    clock: Date.now,
    random: randomBytes,
    log: silentLogger,
    store,
    smtp: createSmtpEngine({ log: silentLogger }),
    pop3: createPop3Engine({ log: silentLogger }),
    logins: createLoginChecker({ slowWork }),
    certificates: createCertificates({ log: silentLogger, slowWork }),
    env: () => undefined,
    inbox,
    totals,
    stateChanged: (report: TenantReport) => void reports.push(report),
  };
  const spec: TenantSpec = { ...resolvedSpec(), listeners: [], maxMessages: 0, maxMessageSizeBytes: 0 };
  const worker = new TenantWorker(home, '0123456789abcdef' as TenantUid, spec);
  return {
    worker,
    spec,
    totals,
    reports,
    async send() {
      const delivery = await worker.openMail().keep(envelope, mail, 'smtp');
      return delivery.outcome === 'refused' ? delivery.reply : 'kept';
    },
    async [Symbol.asyncDispose]() {
      await worker.close(0);
      await inbox[Symbol.asyncDispose]();
    },
  };
}

test('a mailbox that fails makes its tenant fail, says so once, and works again with the next mail', async () => {
  await using tenant = await openWorker(['STORE_FAILED', 'STORE_FAILED', '']);
  assert.equal(await tenant.send(), '451 4.3.0 Requested action aborted: local error in processing');
  assert.equal(tenant.worker.state, 'failed');
  assert.match((await tenant.worker.report()).error, /^STORE_FAILED: no luck$/);
  await tenant.send();
  assert.equal(await tenant.send(), 'kept');
  assert.equal(tenant.worker.state, 'listening');
  assert.deepEqual(
    tenant.reports.map(({ state }) => state),
    ['failed', 'listening'],
  );
  assert.deepEqual([tenant.totals.rejected, tenant.totals.accepted], [2, 1]);
});

test('a store without room refuses for now, and the tenant is well', async () => {
  await using tenant = await openWorker(['STORE_FULL']);
  assert.equal(await tenant.send(), '452 4.3.1 Insufficient system storage');
  assert.equal(tenant.worker.state, 'listening');
});

test('a bug is not taken for a failure', async () => {
  await using tenant = await openWorker();
  tenant.worker.openMail().mailbox.insert = () => Promise.reject(new TypeError('bug'));
  await assert.rejects(tenant.send(), TypeError);
});

test('a tenant is idle until somebody needs its mail', async () => {
  await using tenant = await openWorker();
  assert(tenant.worker.isIdle);
  await tenant.worker.change({ ...tenant.spec, maxMessages: 5 });
  await tenant.worker.tend(true);
  assert.deepEqual((await tenant.worker.report()).counters, newTally());
  assert(tenant.worker.isIdle);
  await tenant.send();
  assert(!tenant.worker.isIdle);
});

test('what was deleted is counted, whoever deleted it', async () => {
  await using tenant = await openWorker();
  for (let n = 0; n < 4; n++) await tenant.send();
  await tenant.worker.change({ ...tenant.spec, maxMessages: 3 });
  const { events } = tenant.worker.openMail();
  events.publish({ kind: 'removed', ids: ['x'] });
  events.publish({ kind: 'truncated', count: 2 });
  assert.equal((await tenant.worker.report()).counters.deleted, 4);
});

test('a tenant at rest keeps its counters and what was said, and serves on', async () => {
  await using tenant = await openWorker();
  const { worker, spec } = tenant;
  await worker.change({ ...spec, listeners: resolvedSpec().listeners });
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-rest-'));
  const server = createServer({ allowHalfOpen: true }, socket => worker.connected('smtp', 0, socket));
  server.listen(join(dir, 's'));
  await once(server, 'listening');
  const dialogue = ['MAIL FROM:<a@x>', 'RCPT TO:<b@x>', 'DATA', 'Subject: x\r\n\r\nx\r\n.', 'QUIT'];
  for (let accepted = 1; accepted <= 2; accepted++) {
    const client = connect(join(dir, 's'));
    client.end(`HELO x\r\n${dialogue.join('\r\n')}\r\n`);
    assert.match(await text(client), /250[^\n]*Ok: queued[^\n]*\r\n221/);
    while (worker.connections > 0) await setImmediate();
    const before = worker.sessions();
    assert(worker.rest());
    assert(!worker.rest(), 'there is nothing left to let go of');
    assert.equal(worker.sessions().length, accepted);
    assert.deepEqual(worker.sessions(), before);
    assert.equal((await worker.report()).counters.accepted, accepted);
  }
  server.close();
  rmSync(dir, { recursive: true });
});

test('a socket that did not arrive is the fault of its listener', async () => {
  await using tenant = await openWorker();
  tenant.worker.listen('smtp', 0, null);
  const { state, error } = await tenant.worker.report();
  assert.equal(state, 'failed');
  assert.match(error, /TENANT_LISTENER_UNKNOWN.*listener smtp, bind 0/);
});

test('of mails with one Message-ID only the first is kept, however close they come', async () => {
  await using tenant = await openWorker();
  await tenant.worker.change({ ...tenant.spec, ignoreDuplicateIds: true });
  const same = Buffer.from('Message-ID: <one@x>\r\nSubject: x\r\n\r\n');
  const { mailbox } = tenant.worker.openMail();
  const deliveries = await Promise.all(
    Array.from({ length: 5 }, () => tenant.worker.openMail().keep(envelope, same, 'smtp')),
  );
  assert.deepEqual(
    deliveries.map(delivery => (delivery.outcome === 'queued' ? delivery.id !== null : delivery)),
    [true, false, false, false, false],
  );
  assert.equal((await mailbox.counts()).total, 1);
  assert.deepEqual([tenant.totals.accepted, tenant.totals.ignored], [1, 4]);
  assert.equal(await tenant.send(), 'kept', 'a mail without one gets its own');
});
