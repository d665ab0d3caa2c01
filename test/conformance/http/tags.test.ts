/** http-api §2.6 and storage-search-tags §7. */
import assert from 'node:assert/strict';
import { chapter } from './play.ts';
import type { Target } from './target.ts';

const { scene } = chapter('tags');

const mail = (headers = '') =>
  `From: ann@example.com\r\nTo: bob@example.com\r\n${headers}Subject: x\r\n\r\nHello.`;

const json = (method: string, body: unknown) => ({ method, body: JSON.stringify(body) });
const names = async (target: Target): Promise<string[]> => (await target.ask('/api/v1/tags')).json;
const tagsOf = async (target: Target, id: string): Promise<string[]> =>
  (await target.ask(`/api/v1/message/${id}`)).json.Tags;
const setTags = (target: Target, ids: string[], tags: unknown) =>
  target.ask('/api/v1/tags', json('PUT', { IDs: ids, Tags: tags }));

/** Headers of a mail, its recipients by SMTP, and the tags that it gets. */
const arrivals: [what: string, headers: string, to: string[], tags: string[]][] = [
  ['none', '', ['bob@example.com'], []],
  ['X-Tags', 'X-Tags: one, Two words ,,ONE\r\n', ['bob@example.com'], ['Two words', 'one']],
  ['only the first X-Tags', 'X-Tags: a\r\nX-Tags: b\r\n', ['bob@example.com'], ['a']],
  ['a semicolon does not part', 'X-Tags: a;b\r\n', ['bob@example.com'], ['a b']],
  ['encoded X-Tags', 'X-Tags: =?utf-8?q?caf=C3=A9=2C_tea?=\r\n', ['bob@example.com'], ['caf', 'tea']],
  ['plus-addresses', 'Cc: a+x+y@example.com, +z@example.com\r\n', ['bob@example.com'], ['x', 'y', 'z']],
  ['plus-addresses of the envelope', '', ['carl+later@example.com'], ['later']],
  ['not of Reply-To', 'Reply-To: a+no@example.com\r\n', ['bob@example.com'], []],
  ['not of display names', 'Cc: "a+b@c" <a@example.com>\r\n', ['bob@example.com'], []],
];

scene('tags that mail brings along', async target => {
  for (const [what, headers, to, expected] of arrivals) {
    assert.deepEqual(await tagsOf(target, await target.deliver(mail(headers), { to })), expected, what);
  }
});

scene('setting tags', async target => {
  await target.empty();
  const [first, second] = [await target.deliver(mail()), await target.deliver(mail())];
  const reply = await setTags(target, [first, second], ['b', 'A tag', 'b', 'B', ' ', 'ü', 'x/y']);
  assert.deepEqual([reply.status, reply.headers['content-type'], reply.text], [200, 'text/plain', 'ok']);
  assert.deepEqual((await tagsOf(target, first)).toSorted(), ['A tag', 'b', 'x y']);
  assert.deepEqual(await names(target), ['A tag', 'b', 'x y']);
  const { json: info } = await target.ask('/api/v1/info');
  assert.deepEqual(info.Tags, { 'A tag': 2, b: 2, 'x y': 2 });
  await setTags(target, [first], ['B']);
  assert.deepEqual(await tagsOf(target, first), ['b'], 'the first spelling stays');
  for (const none of [[], null]) {
    await setTags(target, [second], ['c']);
    await setTags(target, [second], none);
    assert.deepEqual(await tagsOf(target, second), []);
  }
  await setTags(target, [], ['z']);
  assert.deepEqual(await names(target), ['b']);
  await target.empty();
  assert.deepEqual(await names(target), []);
});

scene(
  'mail that is not there gets none',
  async target => {
    await target.empty();
    assert.equal((await setTags(target, ['unknown'], ['orphan'])).text, 'ok');
    assert.deepEqual(await names(target), []);
  },
  'ours',
);

scene('a long tag is cut', async target => {
  const id = await target.deliver(mail());
  await setTags(target, [id], ['x'.repeat(150)]);
  assert.deepEqual(await tagsOf(target, id), ['x'.repeat(100)]);
});

scene('renaming', async target => {
  await target.empty();
  const id = await target.deliver(mail('X-Tags: old, other\r\n'));
  const rename = async (tag: string, body: unknown) => {
    const reply = await target.ask(`/api/v1/tags/${encodeURIComponent(tag)}`, json('PUT', body));
    return [reply.status, reply.text];
  };
  assert.deepEqual(await rename('nothing', { Name: '??' }), [400, 'invalid tag name: ']);
  assert.deepEqual(await rename('nothing', { Name: 'new' }), [400, 'tag not found: nothing']);
  assert.deepEqual(await rename('old', { Name: 'OTHER' }), [400, 'tag already exists: OTHER']);
  assert.deepEqual(await rename('OLD', { name: ' new  name ' }), [200, 'ok']);
  assert.deepEqual((await tagsOf(target, id)).toSorted(), ['new name', 'other']);
  assert.deepEqual(await rename('new name', { Name: 'New Name' }), [200, 'ok']);
  assert.deepEqual(await names(target), ['New Name', 'other']);
});

scene('deleting', async target => {
  await target.empty();
  const id = await target.deliver(mail('X-Tags: one, two\r\n'));
  const remove = async (tag: string) => {
    const reply = await target.ask(`/api/v1/tags/${encodeURIComponent(tag)}`, { method: 'DELETE' });
    return [reply.status, reply.text];
  };
  assert.deepEqual(await remove('three'), [400, 'tag not found: three']);
  assert.deepEqual(await remove('ONE'), [200, 'ok']);
  assert.deepEqual(await tagsOf(target, id), ['two']);
  assert.deepEqual(await names(target), ['two']);
});
