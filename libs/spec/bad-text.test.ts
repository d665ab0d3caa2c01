/** Texts that are hardly YAML: what is said about them, and that it is said at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderIssue } from '../base/issue.ts';
import { editTenants } from './edit.ts';
import { facts, filesIo } from './memory-suite.ts';
import { readFleet } from './read-fleet.ts';

async function issuesOf(bytes: string | Buffer, more: Record<string, Buffer> = {}): Promise<string[]> {
  const files = new Map([['t', Buffer.from(bytes).toString()]]);
  for (const [name, content] of Object.entries(more)) files.set(name, content.toString());
  const { fleet, issues } = await readFleet({ file: '/e/t', io: filesIo('/e', files), facts });
  assert.equal(fleet === null, issues.length > 0);
  return issues.map(renderIssue);
}

test('a file that is no UTF-8 is told by what it is', async () => {
  const utf16 = ['/e/t:1:1: the file is UTF-16: save it as UTF-8'];
  const text = 'tenants:\n  a: { label: Zoë }\n';
  assert.deepEqual(await issuesOf(Buffer.from(`\uFEFF${text}`, 'utf16le')), utf16);
  assert.deepEqual(await issuesOf(Buffer.from(text, 'utf16le')), utf16);
  assert.deepEqual(await issuesOf(Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()), utf16);
  const latin = (file: string, place: string) => [
    `/e/${file}:${place}: what stands here is no UTF-8: save the file as UTF-8`,
  ];
  assert.deepEqual(await issuesOf(Buffer.from(text, 'latin1')), latin('t', '2:17'));
  const env = Buffer.from('MP_MAX_MESSAGES=3\nMP_LABEL=Zoë\n', 'latin1');
  assert.deepEqual(await issuesOf('tenants: { a: { envFile: x } }', { x: env }), latin('x', '2:12'));
  assert.deepEqual(await issuesOf(text), []);
});

test('what is nested too deep is one issue', async () => {
  for (const opener of ['[', '{a: ', '- ', '? ']) {
    const [issue = '', ...others] = await issuesOf(`tenants: ${opener.repeat(20_000)}`);
    assert.match(issue, /^\/e\/t:1:\d+: nested deeper than 100 levels$/);
    assert.deepEqual(others, []);
  }
  assert.deepEqual(
    await issuesOf(`tenants: { a: { label: "${'['.repeat(150)}" } } # ${'{'.repeat(500)}`),
    [],
  );
});

test('an alias inside of what it names is an issue', async () => {
  const told = 'this alias stands inside of what &t names';
  assert.deepEqual(await issuesOf('tenants: &t { a: *t }'), [`/e/t:1:18: ${told}`]);
  assert.deepEqual(await issuesOf('tenants:\n  a: &t\n    smtp: *t\n'), [`/e/t:3:11: ${told}`]);
  assert.deepEqual(await issuesOf('tenants:\n  a: &t { label: x }\n  b: *t\n'), []);
});

test('merge keys are told by their name', async () => {
  const told = 'merge keys ("<<") are not supported (what tenants have in common stands in defaults)';
  const text = 'tenants:\n  a: &t { label: x }\n  b:\n    <<: *t\n';
  assert.deepEqual(await issuesOf(text), [`/e/t:4:5: tenants.b.<<: ${told}`]);
  assert.deepEqual(await issuesOf('tenants:\n  <<: {}\n'), [`/e/t:2:3: tenants.<<: ${told}`]);
});

test('no issue is longer than what is wrong deserves', async () => {
  const long = 'x'.repeat(200_000);
  for (const text of [
    `tenants: { a: { label: ${long} } }`,
    `tenants: { ${long}: }`,
    `tenants: { a: { ${long}: 1 } }`,
  ]) {
    for (const issue of await issuesOf(text)) assert.ok(issue.length < 500, issue.slice(0, 1000));
  }
  const [name = ''] = await issuesOf('tenants: { "a\\e[2J\\u202E": }');
  assert.match(name, /^[\x20-\x7e]+$/);
});

test('a label is one line without control characters', async () => {
  for (const label of ['a\\nb', 'a\\tb', 'a\\rb', 'a\\u0085b', 'a\\u2028b', 'a\\e[1m']) {
    assert.match(
      (await issuesOf(`tenants: { a: { label: "${label}" } }`)).join(),
      /must be a line of at most 200/,
    );
  }
  assert.deepEqual(await issuesOf('tenants:\n  a:\n    label: |\n      one line\n'), []);
});

test('a tenant that shares keys is left to a person, who is told where and why', async () => {
  const text = 'tenants:\n  a: &t { label: x }\n  b: *t\n';
  const set = { verb: 'set', set: [{ key: 'label', value: 'y' }], unset: [] } as const;
  assert.deepEqual(await editTenants(text, { ...set, name: 'b' }), {
    fault: 'FILE_NOT_EDITABLE',
    message:
      'b (line 3) can be changed by a person only: *t in it stands for keys that may be written elsewhere, too',
  });
});

test('a key that nobody knows cannot be taken out', async () => {
  const unset = (key: string) =>
    editTenants('tenants: { a: { label: x } }', { verb: 'set', name: 'a', set: [], unset: [key] });
  assert.deepEqual(await unset('lable'), {
    fault: 'BAD_REQUEST',
    message: 'unknown key "lable", did you mean label?',
  });
  assert.deepEqual(await unset('nope'), { fault: 'BAD_REQUEST', message: 'unknown key "nope"' });
  for (const key of ['listeners.smtp.nope', 'smtp.nope', 'limits.perMinute.nope'])
    assert.ok('fault' in (await unset(key)), key);
  for (const key of [
    'maxAge',
    'smtp',
    'smtp.auth',
    'limits.perMinute',
    'listeners',
    'listeners.x',
    'listeners.x.bind',
    'mailpit.MP_LABEL',
  ])
    assert.ok('text' in (await unset(key)), key);
});
