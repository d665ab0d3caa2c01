/** Who may read a tenant's page, use its API and send through it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { Fleet } from '../harness/fleet.ts';
import { fetchRaw } from '../harness/raw-http.ts';

const openssl = (option: string) =>
  execFileSync('openssl', ['passwd', option, '-stdin'], { input: 'right\n' }).toString().trim();

/** Every way to write the password `right`. */
const secrets = {
  md5: openssl('-1'),
  apr1: openssl('-apr1'),
  sha256: openssl('-5'),
  sha512: openssl('-6'),
  bcrypt: '$2y$04$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC',
  sha1: '{SHA}VzmpWoSBSXOMFaFFR6zvCCjuIw4=',
};

let fleet: Fleet;
before(async () => {
  const sha1 = execFileSync('openssl', ['dgst', '-sha1', '-binary'], { input: 'right' }).toString('base64');
  secrets.sha1 = `{SHA}${sha1}`;
  const all = Object.entries(secrets).map(([user, secret]) => `${user}:${secret}`);
  fleet = new Fleet(`proxy: { baseDomain: mail.example.com, apply: manual }
tenants:
  formats: { ui: { auth: ${JSON.stringify(all)} } }
  file: { ui: { authFile: users } }
  missing: { ui: { authFile: nowhere } }
  mailpit: { mailpit: { MP_UI_AUTH: "bob:right ann:{PLAIN}left" } }
  sender: { ui: { auth: "bob:${secrets.bcrypt}" }, sendApi: { auth: "ann:${secrets.bcrypt}" } }
  sends: { ui: { auth: "bob:${secrets.bcrypt}" }, sendApi: { authAcceptAny: true } }
  closed: {}
  open: { auth: none }
`);
  writeFileSync(join(fleet.dir, 'users'), `bob:${secrets.bcrypt}\n`);
  await fleet.serve();
});
after(() => fleet[Symbol.asyncDispose]());

function ask(tenant: string, login: string | null, path = '/api/v1/messages', headers = {}, body?: string) {
  const auth = login === null ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
  const method = body === undefined ? 'GET' : 'POST';
  const socketPath = fleet.socketPath(tenant, 'http');
  return fetchRaw({ socketPath, path, method, headers: { ...auth, ...headers }, ...(body && { body }) });
}
const statusOf = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).status;

test('every kind of hash lets its user in, and nobody else', async () => {
  for (const user of Object.keys(secrets)) {
    assert.equal(await statusOf('formats', `${user}:right`), 200, user);
  }
  const refused = await ask('formats', 'bcrypt:wrong');
  assert.deepEqual([refused.status, String(refused.body)], [401, 'Unauthorized.\n']);
  assert.equal(refused.headers['www-authenticate'], 'Basic realm="Login"');
  assert.equal(await statusOf('formats', 'nobody:right'), 401);
  assert.equal(await statusOf('formats', null), 401);
  for (const path of ['/', '/view/latest', '/api/v1/info']) {
    assert.equal(await statusOf('formats', null, path), 401, path);
  }
  assert.equal(await statusOf('formats', null, '/livez'), 200);
  assert.equal(await statusOf('formats', null, '/readyz'), 200);
});

test('a password file counts as it is now, on connections that were there before too', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const again = (login: string) =>
    new Promise<number>((resolve, reject) => {
      const socketPath = fleet.socketPath('file', 'http');
      request({ socketPath, agent, path: '/api/v1/info', auth: login }, response => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      })
        .on('error', reject)
        .end();
    });
  assert.equal(await again('bob:right'), 200);
  writeFileSync(join(fleet.dir, 'users'), `ann:${secrets.sha512}\n`);
  await sleep(1100);
  assert.equal(await again('ann:right'), 200);
  assert.equal(await again('bob:right'), 401);
  assert.equal((await fleet.run(['tenant', 'set', 'file', 'label=another'])).code, 0);
  assert.equal(await again('bob:right'), 401, 'new settings do not open it until the file is read');
  agent.destroy();
  assert.equal(await statusOf('missing', 'bob:right'), 401, 'a file that is not there lets nobody in');
});

test('users by the name that Mailpit has for them', async () => {
  assert.equal(await statusOf('mailpit', 'bob:right'), 200);
  assert.equal(await statusOf('mailpit', 'ann:left'), 200);
  assert.equal(await statusOf('mailpit', 'ann:right'), 401);
});

test('those who may send are others than those who may read, or anybody', async () => {
  const mail = JSON.stringify({ From: { Email: 'a@b.test' }, To: [{ Email: 'c@d.test' }], Text: 'x' });
  const send = (tenant: string, login: string | null) => statusOf(tenant, login, '/api/v1/send', {}, mail);
  assert.equal(await send('sender', 'ann:right'), 200);
  assert.equal(await send('sender', 'bob:right'), 401);
  assert.equal(await statusOf('sender', 'ann:right'), 401);
  assert.equal(await statusOf('sender', 'bob:right'), 200);
  assert.equal(await send('sends', null), 200);
  assert.equal(await statusOf('sends', null), 401);
  assert.equal(await send('formats', null), 401);
  assert.equal(await send('formats', 'sha1:right'), 200);
});

test('events are for those who may read', async () => {
  const url = `ws+unix://${fleet.socketPath('formats', 'http')}:/api/events`;
  const stranger = new WebSocket(url);
  stranger.on('error', () => {});
  const [, response] = await once(stranger, 'unexpected-response');
  assert.equal(response.statusCode, 401);
  const known = new WebSocket(url, { auth: 'md5:right' });
  await once(known, 'open');
  known.terminate();
});

test('a page without users is closed under public names and says what to do', async () => {
  const host = { host: 'closed.mail.example.com' };
  const closed = await ask('closed', null, '/', host);
  assert.equal(closed.status, 403);
  assert.match(String(closed.body), /mpctl tenant passwd[\s\S]*auth: none/);
  assert.equal(await statusOf('closed', null, '/livez', host), 200);
  assert.equal(await statusOf('open', null, '/', { host: 'open.mail.example.com' }), 200);
  assert.equal(await statusOf('formats', null, '/', { host: 'formats.mail.example.com' }), 401);
  assert.equal(
    await statusOf('formats', 'apr1:right', '/', {
      host: 'other.example.com',
      'x-forwarded-for': '192.0.2.1',
    }),
    421,
  );
  const { stderr } = await fleet.run(['check']);
  assert.match(stderr, /tenants\.closed: warning: has no credentials/);
  assert.doesNotMatch(stderr, /tenants\.(formats|file|mailpit|open): warning: has no credentials/);
});

test('nothing that mpctl says of a tenant has a hash in it', async () => {
  for (const words of [['tenant', 'show', 'formats', '--json'], ['plan'], ['status', '--json']]) {
    const { stdout, stderr } = await fleet.run(words);
    for (const secret of Object.values(secrets)) assert.ok(!`${stdout}${stderr}`.includes(secret));
  }
  for (const secret of Object.values(secrets)) assert.ok(!fleet.log.includes(secret));
});
