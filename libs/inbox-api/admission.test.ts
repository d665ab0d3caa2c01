import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { fetchFrom } from './fetch-for-tests.ts';
import { openTestInbox, type TestInbox } from './inbox-for-tests.ts';
import type { InboxSettings } from './inbox-tenant.ts';

/** As a browser reaches it: over TCP, where a host name can be anybody's. */
async function overTcp(inbox: TestInbox) {
  const server = createServer({ allowHalfOpen: true }, socket => inbox.engine.serve(socket, inbox.tenant));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    ask: (path: string, headers: Record<string, string>, method = 'GET') =>
      fetchFrom({ host: '127.0.0.1', port, path, method, headers }),
    [Symbol.dispose]: () => server.close(),
  };
}

const open: Partial<InboxSettings> = {
  auth: 'open',
  hostnames: ['mail.shop.example'],
  ownHost: 'shop.mail.example',
};

test('only names that are ours are answered to', async () => {
  await using inbox = await openTestInbox(open);
  using tcp = await overTcp(inbox);
  const hosts: [host: string, status: number][] = [
    ['localhost', 200],
    ['LOCALHOST:8025', 200],
    ['127.0.0.1:1', 200],
    ['[::1]', 200],
    ['mail.shop.example', 200],
    ['Shop.Mail.Example.:443', 200],
    ['evil.example', 421],
    ['other.mail.example', 421],
    ['localhost.evil.example', 421],
    ['127.0.0.1.evil.example', 421],
  ];
  for (const [Host, status] of hosts) {
    for (const path of ['/api/v1/info', '/', '/nowhere', '//x']) {
      const reply = await tcp.ask(path, { Host });
      if (status === 421) assert.equal(reply.status, 421, `${Host} ${path}`);
      else assert.notEqual(reply.status, 421, `${Host} ${path}`);
    }
    assert.equal((await tcp.ask('/livez', { Host })).status, 200);
  }
  assert.match((await tcp.ask('/', { Host: 'evil.example' })).text, /hostnames/);
});

test('what a web server forwards is believed on a unix socket, and there only', async () => {
  await using inbox = await openTestInbox(open);
  using tcp = await overTcp(inbox);
  const statusOf = async (headers: Record<string, string>) =>
    (await inbox.fetch('/api/v1/info', { headers })).status;
  assert.equal(await statusOf({ Host: 'anything.example' }), 200);
  assert.equal(await statusOf({ Host: 'evil.example', 'X-Forwarded-For': '1.2.3.4' }), 421);
  assert.equal(await statusOf({ Host: 'upstream', 'X-Forwarded-Host': 'mail.shop.example' }), 200);
  assert.equal(await statusOf({ Host: 'localhost', 'X-Forwarded-Host': 'evil.example' }), 421);
  const forged = { Host: 'evil.example', 'X-Forwarded-Host': 'localhost' };
  assert.equal((await tcp.ask('/api/v1/info', forged)).status, 421);
});

test('a public name is closed until somebody decides who may come', async () => {
  await using inbox = await openTestInbox({ ...open, auth: 'unset' });
  const statusOf = async (path: string, Host: string) =>
    (await inbox.fetch(path, { headers: { Host } })).status;
  assert.equal(await statusOf('/', 'mail.shop.example'), 403);
  assert.equal(await statusOf('/api/v1/messages', 'shop.mail.example'), 403);
  assert.equal(await statusOf('/livez', 'shop.mail.example'), 200);
  assert.equal(await statusOf('/', 'localhost'), 200);
});

test('the decision about origins is taken on what was routed', async () => {
  await using inbox = await openTestInbox(open);
  const Origin = 'http://evil.example';
  const spellings = [
    '/api/v1/messages',
    '/api/v1/messages?x',
    '/api/v1/%6dessages',
    '/%61pi/v1/messages',
    '/view/x.html',
    '/view/%78.htm%6c',
    '/api/nowhere',
  ];
  for (const path of spellings) {
    assert.equal((await inbox.fetch(path, { headers: { Host: 'localhost', Origin } })).status, 403, path);
  }
});

test('pages of other sites write nothing', async () => {
  await using inbox = await openTestInbox({ ...open, apiCors: ['https://app.example, other.example:8080'] });
  await inbox.deliver('Subject: x\r\n\r\nx');
  const remove = async (headers: Record<string, string>) =>
    (
      await inbox.fetch('/api/v1/messages', {
        method: 'DELETE',
        body: '{"IDs":["x"]}',
        headers: { Host: 'localhost', ...headers },
      })
    ).status;
  assert.equal(await remove({ 'Sec-Fetch-Site': 'cross-site' }), 403);
  assert.equal(await remove({ 'Sec-Fetch-Site': 'same-site' }), 403);
  assert.equal(await remove({ 'Sec-Fetch-Site': 'same-origin' }), 200);
  assert.equal(await remove({ 'Sec-Fetch-Site': 'cross-site', Origin: 'http://evil.example' }), 403);
  assert.equal(await remove({ 'Sec-Fetch-Site': 'cross-site', Origin: 'https://app.example' }), 200);
  assert.equal(await remove({ Origin: 'http://other.example:8080' }), 200);
  assert.equal(await remove({ Origin: 'http://other.example' }), 403);
  assert.equal((await inbox.fetch('/api/v1/messages')).json.total, 1);
});

test('pages of other sites mark nothing as read, whatever they embed', async () => {
  await using inbox = await openTestInbox({ ...open, apiCors: ['https://app.example'] });
  const html = 'Subject: x\r\nContent-Type: text/html\r\n\r\n<b>x</b>';
  const isMarkedBy = async (path: string, headers: Record<string, string>) => {
    const id = await inbox.deliver(html);
    const reply = await inbox.fetch(path.replace('ID', id), { headers: { Host: 'localhost', ...headers } });
    assert.equal(reply.status, 200, path);
    return (await inbox.fetch('/api/v1/messages?limit=1')).json.messages[0].Read;
  };
  const embedded = { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' };
  const navigated = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
  const framed = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' };
  for (const path of ['/api/v1/message/ID', '/api/v1/message/latest', '/view/ID.html', '/view/ID.txt']) {
    for (const headers of [
      { 'Sec-Fetch-Site': 'cross-site', ...embedded },
      { 'Sec-Fetch-Site': 'same-site', ...embedded },
      // A style or a picture of a page of our own, such as a mail's HTML is.
      { 'Sec-Fetch-Site': 'same-origin', ...embedded },
      { 'Sec-Fetch-Site': 'cross-site', ...framed },
      { 'Sec-Fetch-Site': 'cross-site', ...navigated },
    ])
      assert.equal(await isMarkedBy(path, headers), false, `${path} ${JSON.stringify(headers)}`);
    for (const headers of [
      {},
      { Accept: 'image/avif,image/*' },
      { 'Sec-Fetch-Site': 'none', ...navigated },
      { 'Sec-Fetch-Site': 'same-origin', ...framed },
      { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' },
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors', Origin: 'https://app.example' },
    ])
      assert.equal(await isMarkedBy(path, headers), true, `${path} ${JSON.stringify(headers)}`);
  }
});

test('credentials, where they are wanted', async () => {
  await using inbox = await openTestInbox({ ...open, auth: 'required', webroot: '/mail/' });
  const basic = (text: string) => ({ Authorization: `basic ${Buffer.from(text).toString('base64')}` });
  const ask = (path: string, headers = {}, method = 'GET') => inbox.fetch(path, { method, headers });
  for (const path of ['/mail/', '/mail/api/v1/messages', '/mail/view/x.html', '/mail/dist/x.js']) {
    const reply = await ask(path);
    assert.deepEqual([reply.status, reply.text], [401, 'Unauthorized.\n'], path);
    assert.equal(reply.headers['www-authenticate'], 'Basic realm="Login"');
  }
  for (const wrong of ['joe:wrong', 'joe', ':', 'JOE:secret']) {
    assert.equal((await ask('/mail/api/v1/info', basic(wrong))).status, 401, wrong);
  }
  assert.equal((await ask('/mail/api/v1/info', basic('joe:secret'))).status, 200);
  for (const path of ['/mail/livez', '/mail/readyz']) assert.equal((await ask(path)).status, 200);
  assert.equal((await ask('/mail/nowhere')).status, 404);
  assert.equal((await ask('/api/v1/info')).status, 404);
  assert.equal((await ask('/mail/api/v1/messages', {}, 'PATCH')).status, 405);
  const home = await ask('/mail');
  assert.deepEqual([home.status, home.headers.location], [302, '/mail/']);
});

test('send has credentials of its own, or none', async () => {
  for (const [sendAuth, status] of [
    ['pages', 401],
    ['own', 401],
    ['anybody', 400],
  ] as const) {
    await using inbox = await openTestInbox({ auth: 'required', sendAuth });
    const reply = await inbox.fetch('/api/v1/send', { method: 'POST', body: '{}' });
    assert.equal(reply.status, status, sendAuth);
    assert.equal((await inbox.fetch('/api/v1/info')).status, 401);
  }
});

test('a mail in its sandboxed frame gets its images, and nobody gets an answer to read', async () => {
  await using inbox = await openTestInbox(open);
  using tcp = await overTcp(inbox);
  const ask = (headers: Record<string, string>, method?: string) =>
    tcp.ask('/api/v1/messages', { Host: 'localhost', Origin: 'null', ...headers }, method);
  for (const headers of [{ 'Sec-Fetch-Mode': 'no-cors' }, { Accept: 'image/avif,image/*' }]) {
    const reply = await ask(headers);
    assert.equal(reply.status, 200);
    assert.equal(reply.headers['access-control-allow-origin'], undefined);
  }
  for (const headers of [{}, { 'Sec-Fetch-Mode': 'cors', Accept: 'image/png' }, { Accept: '*/*' }])
    assert.equal((await ask(headers)).status, 403);
  assert.equal((await ask({ 'Sec-Fetch-Mode': 'no-cors' }, 'DELETE')).status, 403);
});
