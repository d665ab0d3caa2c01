/** http-api §1 and the table of routes: paths, methods, headers, errors of the server itself. */
import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { chapter, check, type Expected, type Row } from './play.ts';
import { sendBytes } from './target.ts';

const { rows, scene } = chapter('server');

const plain = 'text/plain; charset=utf-8';
const nosniff = { 'x-content-type-options': 'nosniff' };
const noMiddleware = { 'content-security-policy': null, 'access-control-allow-origin': null };
const noPage: Expected = {
  status: 404,
  type: plain,
  text: '404 page not found\n',
  headers: { ...nosniff, ...noMiddleware },
};
const noFile: Expected = { status: 404, type: plain, text: 'File not found\n', headers: nosniff };
const page: Expected = {
  type: 'text/html; charset=utf-8',
  text: /^<!doctype html>/i,
  headers: { 'access-control-allow-origin': null },
};
const moved = (location: string): Expected => ({
  status: 307,
  type: 'text/html; charset=utf-8',
  text: `<a href="${location}">Temporary Redirect</a>.\n\n`,
  headers: { location, ...noMiddleware },
});
const wrongMethod = (allow: string): Expected => ({
  status: 405,
  type: plain,
  text: 'Method Not Allowed\n',
  headers: { allow, ...nosniff, ...noMiddleware },
});
const get = (path: string, expected: Expected, ours?: 'ours'): Row => [
  `GET ${path}`,
  path,
  {},
  expected,
  ours,
];
const ask = (method: string, path: string, expected: Expected): Row => [
  `${method} ${path}`,
  path,
  { method },
  expected,
];

rows([
  get('/', page),
  get('/search', page),
  get('/search?q=x', page),
  get('/view/', page),
  get('/view/abc', page),
  get('/view/a/b', page),
  get('/view/x.HTML', page),
  get('/nowhere', noPage),
  get('/search/', noPage),
  get('/search/x', noPage),
  get('/index.html', noPage),
  get('/api%2Fv1/messages', noPage),
  get('/metrics', noPage),
  get('/LIVEZ', noPage),
  get('/api/', noFile),
  get('/api/x', noFile),
  get('/api/v1', noFile),
  get('/api/v1/x', noFile),
  get('/api/v1/messages/', noFile),
  get('/api/v1/message', noFile),
  get('/api/v1/message/', noFile),
  get('/api/v1/message/a/b', noFile),
  get('/api/v1/send', noFile),
  get('/api/v1/tags/x', noFile),
  get('/api/v1/tags/', noFile),
  get('/api/v1/message/x/release', noFile),
  get('/api/v1/message/x/sa-check', noFile),
  get('/dist/', noFile),
  get('/dist/x.js', noFile),
  ask('HEAD', '/api/v1/send', { status: 404 }),

  get('//api/v1/messages', moved('/api/v1/messages')),
  get('/api//v1/messages?x=1', moved('/api/v1/messages?x=1')),
  get('/api/v1/../v1/messages', moved('/api/v1/messages')),
  get('/api/./v1/messages', moved('/api/v1/messages')),
  get('//view/abc.html', moved('/view/abc.html')),
  get('/api', moved('/api/')),
  get('/dist', moved('/dist/')),
  get('/view', moved('/view/')),
  get('/api/v1/%6dessages', { type: 'application/json' }),
  get('/?x=%zz', page),
  get('/api/v1/message/%2e%2e', { status: 404, type: 'text/plain', text: '404 page not found' }),
  get('/api/v1/message/a%2Fb', { status: 404, type: 'text/plain', text: '404 page not found' }),

  ask('POST', '/api/v1/messages', wrongMethod('DELETE, GET, HEAD, OPTIONS, PUT')),
  ask('PATCH', '/api/v1/messages', wrongMethod('DELETE, GET, HEAD, OPTIONS, PUT')),
  ask('DELETE', '/api/v1/info', wrongMethod('GET, HEAD, OPTIONS')),
  ask('PUT', '/api/v1/tags/a/b', wrongMethod('GET, HEAD, OPTIONS')),
  ask('PUT', '/api/v1/tags/', wrongMethod('GET, HEAD, OPTIONS')),
  ask('PUT', '/', wrongMethod('GET, HEAD')),
  ask('POST', '/nowhere', wrongMethod('GET, HEAD')),
  ask('OPTIONS', '/', wrongMethod('GET, HEAD')),
  ask('OPTIONS', '/api/events', wrongMethod('GET, HEAD')),
  ask('OPTIONS', '/view/x.html', wrongMethod('GET, HEAD')),
  ask('OPTIONS', '/api/v1/messages', {
    type: 'text/plain',
    text: '',
    headers: { 'access-control-allow-headers': '*' },
  }),
  ask('OPTIONS', '/api/v1/nowhere', { type: 'text/plain', text: '' }),

  get('/livez', { text: '', type: null, headers: noMiddleware }),
  get('/readyz', { text: '', type: null, headers: noMiddleware }),
  get('/api/v1/', { type: 'text/html; charset=utf-8', text: /^<!doctype html>/i }),
  get('/api/events', { status: 400, type: plain, text: 'Bad Request\n', headers: nosniff }),
  get('/proxy?data=x', { status: 501, type: 'text/plain', text: 'not available in this version' }, 'ours'),
]);

const policy = (scripts: string) =>
  new RegExp(
    `^default-src 'self'; script-src ${scripts}; style-src \\* 'unsafe-inline'; frame-src 'self'; img-src \\* data: blob:; ` +
      "font-src \\* data:; media-src 'self'; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'self';$",
  );
const nonce = "'nonce-[A-Za-z0-9_-]{22}'";

rows([
  [
    'the page is in no frame of another site',
    '/',
    {},
    {
      headers: { 'content-security-policy': /; frame-ancestors 'self';?$/, 'x-frame-options': 'SAMEORIGIN' },
    },
    'ours',
  ],
  [
    'an API answer has a policy, no referrer and says what origins may',
    '/api/v1/info',
    {},
    {
      headers: {
        'content-security-policy': policy(nonce),
        'referrer-policy': 'no-referrer',
        'access-control-allow-origin': '',
        'access-control-allow-methods': 'GET, POST, DELETE, PUT, OPTIONS',
        'access-control-allow-headers': '*',
        vary: null,
      },
    },
  ],
  [
    'an error of the API allows scripts of its own files',
    '/api/v1/search',
    {},
    { status: 400, headers: { 'content-security-policy': policy("'self'") } },
  ],
  [
    'the Origin of the page itself is allowed and named',
    '/api/v1/info',
    { headers: { Origin: 'http://LOCALHOST' } },
    { headers: { 'access-control-allow-origin': 'http://LOCALHOST' } },
  ],
  ...['http://evil.example', 'http://localhost:80', 'null', '', 'http://localhost.evil.example'].map(
    (Origin): Row => [
      `the Origin "${Origin}" is not`,
      '/api/v1/info',
      { headers: { Origin } },
      { status: 403, type: plain, text: 'Blocked due to CORS violation\n', headers: nosniff },
    ],
  ),
  [
    'a HTML view minds the Origin',
    '/view/x.html',
    { headers: { Origin: 'http://evil.example' } },
    { status: 403 },
  ],
  ['a page does not', '/', { headers: { Origin: 'http://evil.example' } }, { status: 200 }],
]);

scene(
  'the icon of the page is in the page',
  async target => {
    for (const name of ['favicon.ico', 'favicon.svg', 'mailpit.svg', 'notification.png'])
      check(await target.ask(`/${name}`), noPage);
    assert.doesNotMatch((await target.ask('/')).text, /rel="icon" href="(?!data:)/);
  },
  'ours',
);

scene('answers are compressed for whoever says gzip', async target => {
  for (const accept of ['gzip', 'br, gzip;q=0', 'x-gzipped']) {
    const reply = await target.ask('/api/v1/info', { headers: { 'Accept-Encoding': accept } });
    assert.equal(reply.headers['content-encoding'], 'gzip', accept);
    assert.equal(reply.headers.vary, undefined);
    assert.ok(JSON.parse(gunzipSync(reply.body).toString()).Version);
  }
  for (const [path, accept] of [
    ['/api/v1/info', 'GZIP'],
    ['/api/v1/info', 'br'],
    ['/livez', 'gzip'],
    ['/nowhere', 'gzip'],
  ] as const) {
    const reply = await target.ask(path, { headers: { 'Accept-Encoding': accept } });
    assert.equal(reply.headers['content-encoding'], undefined, `${path} ${accept}`);
  }
});

scene('HEAD answers as GET, without the body', async target => {
  for (const path of ['/', '/api/v1/info', '/api/v1/messages', '/livez']) {
    const [get, head] = [await target.ask(path), await target.ask(path, { method: 'HEAD' })];
    assert.equal(head.status, get.status);
    assert.equal(head.headers['content-type'], get.headers['content-type']);
    assert.equal(head.text, '');
  }
});

scene('a bad escape in the path is refused, the connection closed', async target => {
  const answer = await sendBytes(target.where, 'GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.match(answer, /\r\n\r\n400 Bad Request$/);
});

scene('what is no HTTP is refused, the connection closed', async target => {
  for (const noise of [
    'EHLO me\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n',
    '\x16\x03\x01\x00\xf0\r\n\r\n',
  ]) {
    assert.match(await sendBytes(target.where, noise), /^HTTP\/1\.1 400 Bad Request\r\n/);
  }
});

scene('an upgrade that is not ours is an ordinary request', async target => {
  const h2c =
    'GET /api/v1/info HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n' +
    'HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n';
  assert.match(await sendBytes(target.where, h2c), /^HTTP\/1\.1 200 OK\r\n/);
});

scene('a JSON body may be 5 MiB', async target => {
  const body = (size: number) => `{"IDs":["${'x'.repeat(size - 12)}"]}`;
  const put = (size: number) => target.ask('/api/v1/messages', { method: 'PUT', body: body(size) });
  assert.equal((await put(5 * 1024 * 1024)).text, 'ok');
  const tooLarge = await put(5 * 1024 * 1024 + 1);
  assert.equal(tooLarge.status, 400);
  assert.equal(tooLarge.text, 'http: request body too large');
});
