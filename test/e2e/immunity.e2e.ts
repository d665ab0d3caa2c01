/** What no user of a tenant, and nobody else on the machine, comes to see: folders, secrets, names of elsewhere. */
import assert from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import bcrypt from 'bcryptjs';
import { operations } from '../../libs/inbox-api/api-description.ts';
import { fetchFrom } from '../../libs/inbox-api/fetch-for-tests.ts';
import { Fleet } from '../harness/fleet.ts';
import { SmtpTalk } from '../harness/smtp-talk.ts';

const password = 'correct-horse-battery';
const hash = bcrypt.hashSync(password, 4);

let fleet: Fleet;
before(async () => {
  // Every bit that is left open by the umask would show.
  const umask = process.umask(0);
  fleet = new Fleet(`log: { level: debug, format: json }
shards: 1
tenants:
  alpha:
    enableChaos: true
    prometheus: true
    ui: { auth: ["bob:${hash}"] }
    smtp: { auth: ["bob:${hash}"], authAllowInsecure: true }
  secret-neighbour: {}
`);
  await fleet.serve();
  process.umask(umask);
});
after(async () => {
  await fleet[Symbol.asyncDispose]();
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
const basic = (given: string) => ({ Authorization: `Basic ${base64(`bob:${given}`)}` });

function ask(path: string, method = 'GET', body?: string) {
  const socketPath = fleet.socketPath('alpha', 'http');
  return fetchFrom({ socketPath, path, method, headers: basic(password) }, body);
}

async function send(subject: string, body: string, tenant = 'alpha'): Promise<string> {
  using talk = new SmtpTalk(fleet.socketPath(tenant, 'smtp'));
  await talk.reply();
  await talk.say('EHLO client');
  if (tenant === 'alpha') {
    assert.match((await talk.say(`AUTH PLAIN ${base64('\0bob\0wrong-guess')}`)) ?? '', /^535 /);
    assert.match((await talk.say(`AUTH PLAIN ${base64(`\0bob\0${password}`)}`)) ?? '', /^235 /);
  }
  for (const line of ['MAIL FROM:<a@b.example>', 'RCPT TO:<c@d.example>', 'DATA']) await talk.say(line);
  const reply = (await talk.say(`Subject: ${subject}\r\n\r\n${body}\r\n.`)) ?? '';
  return / queued as (\w+)$/.exec(reply)?.[1] ?? assert.fail(reply);
}

test('whatever the umask is, data is for its owner alone', async () => {
  await send('small', 'Hello');
  await send('large', `${'x'.repeat(60)}\r\n`.repeat(10_000));
  assert.equal((await ask('/api/v1/messages')).json.total, 2);
  const wide: string[] = [];
  const seen: string[] = [];
  for (const entry of readdirSync(fleet.dataDir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const mode = statSync(path).mode & 0o777;
    seen.push(entry.name);
    // Below it V8 makes folders of its own.
    const isShut = path.includes('/compiled/');
    if ((mode & 0o077) !== 0 && !isShut) wide.push(`${path} ${mode.toString(8)}`);
  }
  assert.deepEqual(wide, []);
  assert.equal(statSync(fleet.dataDir).mode & 0o077, 0);
  for (const name of ['mail.db', 'big', 'uid', '.journal']) assert.ok(seen.includes(name), name);
});

test('no credential in any log, however much is logged', async () => {
  await send('logged', 'Hello');
  const socketPath = fleet.socketPath('alpha', 'http');
  await fetchFrom({ socketPath, path: '/api/v1/messages', headers: basic('another-guess') });
  await ask('/api/v1/send', 'POST', '{"From":{"Email":"a@b.example"},"To":[{"Email":"c@d.example"}]}');
  await fetchFrom({ socketPath, path: `/api/v1/messages?token=${password}`, headers: basic(password) });
  writeFileSync(
    fleet.configPath,
    `log: { level: debug, format: json }
tenants: { alpha: { ui: { auth: ["bob:${hash}"] }, nonsense: "${password}" } }
`,
  );
  await fleet.run(['apply']);
  assert.match(fleet.log, /"level":20|"serving"/);
  for (const secret of [password, 'wrong-guess', 'another-guess', hash, base64(`bob:${password}`)])
    assert.ok(!fleet.log.includes(secret), `${secret} is in the log:\n${fleet.log}`);
  assert.ok(!fleet.log.includes(base64(`\0bob\0${password}`)));
});

test('no answer names a path, an address or a name of elsewhere', async () => {
  const theirs = await send('neighbour', 'Hello', 'secret-neighbour');
  const id = await send('shown', 'Hello');
  const elsewhere = [fleet.dataDir, fleet.configPath, 'secret-neighbour', theirs, process.cwd()];
  const paths = operations
    .filter(({ method }) => method === 'get')
    .map(({ path }) => path.replace('{ID}', id).replace('{PartID}', '1'));
  const odd = ['/', '/metrics', '/nowhere', '/dist/../../etc/passwd', '/api/v1/', '/api/v1/message/%00'];
  const odder = [
    '/api/v1/messages?before=%00',
    '/api/v1/search?query=tag:%00',
    '/api/v1/wait?timeout=0&since=x',
  ];
  for (const path of [...paths.map(each => `${each}?timeout=0`), ...odd, ...odder]) {
    const { status, text, headers } = await ask(path);
    assert.ok(status < 500, path);
    const told = `${JSON.stringify(headers)}${text}`;
    for (const name of elsewhere) assert.ok(!told.includes(name), `${path} tells ${name}: ${text}`);
    // Their own sockets are shown to people who connect to them.
    if (path.startsWith('/api/v1/connect')) continue;
    assert.ok(!told.includes(fleet.runDir), path);
  }
});

test('a name cannot leave its header', async () => {
  const evil = 'a";\\ \r\nX-Evil: 1\u202e\u0000<ü>.txt';
  const body = JSON.stringify({
    From: { Email: 'a@b.example' },
    To: [{ Email: 'c@d.example' }],
    Attachments: [{ Filename: evil, Content: base64('x') }],
  });
  const { json } = await ask('/api/v1/send', 'POST', body);
  const [part] = (await ask(`/api/v1/message/${json.ID}`)).json.Attachments;
  const { headers, status } = await ask(`/api/v1/message/${json.ID}/part/${part.PartID}`);
  assert.equal(status, 200);
  assert.equal(headers['x-evil'], undefined);
  assert.match(
    String(headers['content-disposition']),
    /^inline; filename="[\w.!~*'()%-]*"; filename\*=UTF-8''[\w.!~%-]*$/,
  );
});
