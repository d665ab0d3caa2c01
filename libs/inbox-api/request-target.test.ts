import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRequestTarget, type RequestTarget } from './request-target.ts';

const path = (...segments: string[]): RequestTarget => ({ kind: 'path', segments, query: '' });
const redirect = (location: string, status: 302 | 307 = 307): RequestTarget => ({
  kind: 'redirect',
  status,
  location,
});

const cases: [target: string, expected: RequestTarget, webroot?: string][] = [
  ['/', path('')],
  ['/search', path('search')],
  ['/search/', path('search', '')],
  ['/?x=%zz', { ...path(''), query: 'x=%zz' } as RequestTarget],
  ['/api/v1/%6dessages', path('api', 'v1', 'messages')],
  ['/api/v1/message/a%2Fb', path('api', 'v1', 'message', 'a/b')],
  ['/api/v1/message/%2e%2e', path('api', 'v1', 'message', '..')],
  ['/api/v1/tags/%ff', path('api', 'v1', 'tags', '\ufffd')],
  ['/api%2Fv1/messages', path('api/v1', 'messages')],
  ['http://other.example/livez', path('livez')],
  ['//api/v1/messages', redirect('/api/v1/messages')],
  ['/api//v1/messages?x=1', redirect('/api/v1/messages?x=1')],
  ['/api/v1/../v1/messages', redirect('/api/v1/messages')],
  ['/api/./v1/messages', redirect('/api/v1/messages')],
  ['/../..', redirect('/')],
  ['/a/..', redirect('/')],
  ['/a/b/..', redirect('/a/')],
  ['/a/.', redirect('/a/')],
  ['/api', redirect('/api/')],
  ['/view?a', redirect('/view/?a')],
  ['/api/v1', path('api', 'v1')],
  ['/%zz', { kind: 'malformed' }],
  ['nothing', { kind: 'malformed' }],
  ['', { kind: 'malformed' }],
  ['*', { kind: 'server' }],
  ['/mail', redirect('/mail/', 302), '/mail/'],
  ['/mail?x', redirect('/mail/', 302), '/mail/'],
  ['/mail/', path(''), '/mail/'],
  ['/mail/api/v1/info', path('api', 'v1', 'info'), '/mail/'],
  ['/mail/dist', redirect('/mail/dist/'), '/mail/'],
  ['/', { kind: 'outside' }, '/mail/'],
  ['/mailbox/', { kind: 'outside' }, '/mail/'],
];

for (const [target, expected, webroot = '/'] of cases) {
  test(`${JSON.stringify(target)} below ${webroot}`, () =>
    assert.deepEqual(parseRequestTarget(target, webroot), expected));
}

test('a redirect leads to a path, and never to another host', () => {
  const pieces = fc.constantFrom('/', '.', '..', '//', 'a', '%2f', 'api', '\\', '@', ':');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), list => {
      const target = parseRequestTarget(`/${list.join('')}`, '/');
      if (target.kind !== 'redirect') return;
      assert.match(target.location, /^\/(?!\/)/);
      const next = parseRequestTarget(target.location, '/');
      if (next.kind === 'redirect') assert.ok(/^\/(api|dist|view)\/$/.test(next.location));
    }),
  );
});
