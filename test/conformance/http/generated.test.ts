/** Requests made up from the API's description: never a 500, never a hang, and answers are as described. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Operation, operations } from '../../../libs/inbox-api/api-description.ts';
import { definitions, type Shape } from '../../../libs/inbox-api/api-shapes.ts';
import type { TestReply } from '../../../libs/inbox-api/fetch-for-tests.ts';
import { chapter } from './play.ts';
import { type Ask, sendBytes, type Target } from './target.ts';

const { scene } = chapter('generated', ['--enable-chaos']);
const isLong = process.env.MPCTL_SOAK === '1';
const runs = isLong ? 20_000 : 1_000;

function resolved(shape: Shape): Exclude<Shape, { readonly $ref: string }> {
  if (!('$ref' in shape)) return shape;
  return resolved(definitions[shape.$ref.split('/').at(-1) as keyof typeof definitions]);
}

/** What is wrong with a value, or null. */
function faultOf(value: unknown, shape: Shape, at = '$'): string | null {
  const wanted = resolved(shape);
  if (wanted.type === 'array') {
    if (!Array.isArray(value)) return `${at} is no list`;
    return value.map((item, i) => faultOf(item, wanted.items, `${at}[${i}]`)).find(Boolean) ?? null;
  }
  if (wanted.type === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${at} is no object`;
    const missing = (wanted.required ?? []).find(key => !(key in value));
    if (missing) return `${at}.${missing} is missing`;
    for (const [key, each] of Object.entries(value)) {
      const known = wanted.properties?.[key] ?? wanted.additionalProperties;
      if (!known && wanted.properties) return `${at}.${key} is not described`;
      const fault = known ? faultOf(each, known, `${at}.${key}`) : null;
      if (fault) return fault;
    }
    return null;
  }
  if (wanted.type === 'integer') return Number.isInteger(value) ? null : `${at} is no integer`;
  if (typeof value !== wanted.type) return `${at} is no ${wanted.type}`;
  const isBadTime = wanted.type === 'string' && wanted.format && Number.isNaN(Date.parse(value as string));
  return isBadTime ? `${at} is no time` : null;
}

const strange = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '"',
    '%',
    '..',
    '\0',
    '\r\nX: y',
    '__proto__',
    'a'.repeat(5000),
    '-1',
    '1e9',
    '9'.repeat(30),
  ),
  fc.constantFrom(
    'is:unread',
    '-tag:"x',
    'before:2024',
    'after:x',
    'larger:1',
    'from:(',
    '-(',
    '"',
    'has:attachment',
  ),
);

function valueFor(shape: Shape, known: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const wanted = resolved(shape);
  const right = (): fc.Arbitrary<unknown> => {
    switch (wanted.type) {
      case 'string':
        return fc.oneof(known, strange, fc.emailAddress(), fc.base64String());
      case 'integer':
      case 'number':
        return fc.oneof(fc.integer({ min: -2, max: 700 }), fc.double());
      case 'boolean':
        return fc.boolean();
      case 'array':
        return fc.array(valueFor(wanted.items, known), { maxLength: 4 });
      case 'object': {
        const fields = Object.entries(wanted.properties ?? {}).map(
          ([key, each]) => [key, valueFor(each, known)] as const,
        );
        return wanted.additionalProperties
          ? fc.dictionary(fc.string({ maxLength: 12 }), valueFor(wanted.additionalProperties, known), {
              maxKeys: 4,
            })
          : fc.record(Object.fromEntries(fields), { requiredKeys: [] });
      }
    }
  };
  return fc.oneof(
    { weight: 12, arbitrary: right() },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );
}

type Made = { readonly operation: Operation; readonly path: string; readonly ask: Ask };

function requestsFor(ids: readonly string[]): fc.Arbitrary<Made> {
  const known = fc.constantFrom(...ids, 'latest', 'latest', 'latest', 'latest', 'a tag', '1', '2', '1.1');
  const inPath = fc.oneof({ weight: 5, arbitrary: known }, { weight: 1, arbitrary: strange });
  const oddHeaders = fc.record(
    {
      'Accept-Encoding': fc.constantFrom('gzip', 'br', ''),
      'Content-Type': fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'nonsense'),
      Origin: fc.constantFrom('http://localhost', 'https://evil.example', 'null', '???'),
      Range: fc.constantFrom('bytes=0-10', 'bytes=-5', 'bytes=9-1', 'bytes=0-,1-', 'x'),
      'If-None-Match': fc.constantFrom('*', '"x"', 'W/"'),
      Authorization: fc.constantFrom('Basic', 'Basic !!!', `Basic ${Buffer.from('a:b').toString('base64')}`),
      'Sec-Fetch-Site': fc.constantFrom('cross-site', 'same-origin', 'x'),
      Upgrade: fc.constantFrom('h2c', 'websocket'),
    },
    { requiredKeys: [] },
  );
  const headers = fc.oneof(
    { weight: 3, arbitrary: fc.constant({} as { Upgrade?: string }) },
    { weight: 1, arbitrary: oddHeaders },
  );
  const made = (operation: Operation): fc.Arbitrary<Made> => {
    const query = fc.record(
      Object.fromEntries(
        Object.entries(operation.query ?? {}).map(([key, shape]) => [key, valueFor(shape, known)]),
      ),
      { requiredKeys: [] },
    );
    const body = operation.body
      ? fc.oneof(
          { weight: 8, arbitrary: valueFor(operation.body, known).map(value => JSON.stringify(value) ?? '') },
          { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
          { weight: 1, arbitrary: fc.constantFrom('', '{', '[[[[', '{"IDs":', 'null', '{"a":1}}', '\u0000') },
        )
      : fc.constant('');
    return fc
      .record({ params: fc.array(inPath, { minLength: 2, maxLength: 2 }), query, body, headers })
      .map(({ params, query: asked, body: sent, headers: said }) => {
        let at = 0;
        const place = operation.path.replace(/\{\w+\}/g, () =>
          encodeURIComponent((params[at++] ?? '').toWellFormed()),
        );
        const pairs = Object.entries(asked).map(([key, value]) => {
          const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
          // Nobody waits for the whole of it.
          const given = key === 'timeout' ? '0' : text.toWellFormed();
          return `${key}=${encodeURIComponent(given)}`;
        });
        if (operation.path.endsWith('/wait') && !('timeout' in asked)) pairs.push('timeout=0');
        const ask: Ask = {
          method: operation.method.toUpperCase(),
          // A client that offers another protocol says so.
          headers: { ...said, ...(said.Upgrade ? { Connection: 'Upgrade' } : {}) },
          ...(sent === '' ? {} : { body: sent }),
        };
        return { operation, path: `${place}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`, ask };
      });
  };
  return fc.oneof(...operations.map(made));
}

function check(
  { operation: { answer }, path, ask }: Made,
  { status, headers, body: bytes, text }: TestReply,
): void {
  const what = `${ask.method} ${path} ${String(ask.body ?? '')}: ${status} ${text.slice(0, 200)}`;
  assert.ok(status < 500, what);
  if (status !== 200 || headers['content-encoding']) return;
  if (typeof answer === 'string') {
    if (answer !== '*') assert.ok(headers['content-type']?.startsWith(answer), what);
    return;
  }
  assert.equal(headers['content-type'], 'application/json', what);
  assert.equal(faultOf(JSON.parse(bytes.toString()), answer), null, what);
}

async function someMail(target: Target): Promise<string[]> {
  await target.ask('/api/v1/chaos', { method: 'PUT', body: '{}' });
  const broken =
    'From: x\r\nContent-Type: multipart/mixed; boundary=b\r\nX-Tags: a tag\r\n\r\n--b\r\n\r\n\xff\0 text';
  const attached =
    'From: "A, B" <a@example.com>\r\nTo: b+tag@example.com\r\nSubject: =?utf-8?q?=C3=BC?=\r\n' +
    'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>hi\r\n' +
    '--b\r\nContent-Type: image/svg+xml; name=a.svg\r\nContent-Disposition: attachment\r\n\r\n<svg/>\r\n--b--\r\n';
  return [await target.deliver(broken), await target.deliver(attached), await target.deliver('\r\n')];
}

scene(
  'whatever is asked for',
  async target => {
    const ids = await someMail(target);
    await fc.assert(
      fc.asyncProperty(requestsFor(ids), async made => {
        check(made, await target.ask(made.path, made.ask));
        // There is always a latest mail.
        if (made.operation.method === 'delete') await someMail(target);
      }),
      { numRuns: runs, interruptAfterTimeLimit: isLong ? 600_000 : 25_000 },
    );
    assert.equal((await target.ask('/readyz')).status, 200);
  },
  'ours',
);

scene(
  'bytes that are hardly HTTP',
  async target => {
    const line = fc.oneof(
      fc.constantFrom('GET /api/v1/messages HTTP/1.1', 'DELETE /api/v1/messages HTTP/1.1', 'Host: localhost'),
      fc.constantFrom(
        'Content-Length: 5',
        'Content-Length: 99999999',
        'Transfer-Encoding: chunked',
        'Expect: 100-continue',
      ),
      fc.constantFrom(
        'Connection: Upgrade',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABk',
        'PRI * HTTP/2.0',
        '',
        '',
      ),
      fc.string({ unit: 'binary-ascii', maxLength: 30 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async lines => {
        const bytes = `${lines.join('\r\n')}\r\n\r\n`;
        // Half of a request would wait for the other half.
        const reply = await Promise.race([
          sendBytes(
            target.where,
            `${bytes}GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
          ),
          new Promise<string>(done => setTimeout(done, 300, '')),
        ]);
        assert.doesNotMatch(reply, /^HTTP\/1\.1 5\d\d/m, bytes);
      }),
      { numRuns: isLong ? 3000 : 100, interruptAfterTimeLimit: isLong ? 300_000 : 15_000 },
    );
    assert.equal((await target.ask('/readyz')).status, 200);
  },
  'ours',
);

scene(
  'the description is there, and says where the API begins',
  async target => {
    const { json } = await target.ask('/api/v1/swagger.json');
    assert.equal(json.swagger, '2.0');
    assert.equal(json.basePath, undefined);
    for (const { method, path } of operations) assert.ok(json.paths[path][method], path);
  },
  'ours',
);

scene(
  'a page shows all of it, with no script and nothing of elsewhere',
  async target => {
    const { text, headers } = await target.ask('/api/v1/', { headers: { Host: 'localhost"<b>' } });
    for (const { method, path } of operations)
      assert.ok(
        text.includes(`<b class="${method}">${method.toUpperCase()}</b> <code>${path.slice(1)}`),
        path,
      );
    for (const name of Object.keys(definitions)) assert.ok(text.includes(`id="shape-${name}"`), name);
    assert.doesNotMatch(text, /<script|<img|<link|"<b>/);
    assert.match(
      String(headers['content-security-policy']),
      /^default-src 'none'; style-src 'nonce-[\w-]{22}'/,
    );
    const anchors = [...text.matchAll(/href="api\/v1\/#([\w-]+)"/g)].map(([, id]) => id);
    for (const id of anchors) assert.ok(text.includes(` id="${id}"`), id);
  },
  'ours',
);
