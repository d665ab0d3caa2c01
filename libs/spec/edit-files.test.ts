import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editFiles, type TenantChange } from './edit-files.ts';
import type { CredentialList } from './edit-passwd.ts';
import { facts, filesIo } from './memory-suite.ts';
import { readFleet } from './read-fleet.ts';

/** What stands in the files after the change, by name; the refusal's code when there was one. */
async function after(
  files: Record<string, string>,
  change: TenantChange,
): Promise<Record<string, string> | string> {
  const texts = new Map(Object.entries(files));
  const reading = await readFleet({ file: '/etc/t.yaml', io: filesIo('/etc', texts), facts });
  const edits = await editFiles('/etc/t.yaml', reading, change);
  if ('fault' in edits) return edits.fault;
  for (const { path, before, after } of edits) {
    const name = path.replace('/etc/', '');
    assert.equal(texts.get(name) ?? null, before);
    if (after === null) texts.delete(name);
    else texts.set(name, after);
  }
  return Object.fromEntries(texts);
}

const main = 'include: d/*.yaml\ntenants:\n  a: {}\n';
const own = '# of b\ntenants:\n  b:\n    label: B\n';
const add = (name: string): TenantChange => ({ verb: 'add', name, set: [] });

test('a new tenant gets a file of its own where files are included', async () => {
  assert.deepEqual(await after({ 't.yaml': 'tenants: {}\n' }, add('n')), { 't.yaml': 'tenants:\n  n: {}\n' });
  assert.deepEqual(await after({ 't.yaml': main }, add('n')), {
    't.yaml': main,
    'd/n.yaml': 'tenants:\n  n: {}\n',
  });
  assert.deepEqual(await after({}, add('n')), { 't.yaml': 'tenants:\n  n: {}\n' });
});

test('a file of its own goes with its tenant', async () => {
  const files = { 't.yaml': main, 'd/b.yaml': own };
  assert.deepEqual(await after(files, { verb: 'remove', name: 'b' }), { 't.yaml': main });
  assert.deepEqual(await after(files, { verb: 'rename', name: 'b', to: 'c' }), {
    't.yaml': main,
    'd/c.yaml': own.replace('  b:', '  c:'),
  });
});

test('a shared file stays', async () => {
  const both = 'tenants:\n  b: {}\n  c: {}\n';
  const files = { 't.yaml': main, 'd/b.yaml': both };
  assert.deepEqual(await after(files, { verb: 'remove', name: 'b' }), {
    ...files,
    'd/b.yaml': 'tenants:\n  c: {}\n',
  });
  assert.deepEqual(await after(files, { verb: 'rename', name: 'b', to: 'n' }), {
    ...files,
    'd/b.yaml': both.replace('b:', 'n:'),
  });
  const suspended = main.replace('{}', '\n    suspended: true').replace(': \n', ':\n');
  assert.deepEqual(await after(files, { verb: 'suspend', name: 'a' }), { ...files, 't.yaml': suspended });
});

test('names are looked for in all files', async () => {
  const files = { 't.yaml': main, 'd/b.yaml': own };
  assert.equal(await after(files, add('b')), 'TENANT_EXISTS');
  assert.equal(await after(files, { verb: 'rename', name: 'a', to: 'b' }), 'TENANT_EXISTS');
  assert.equal(await after(files, { verb: 'suspend', name: 'x' }), 'TENANT_NOT_FOUND');
});

test('resuming takes the key out, or says no where all are suspended', async () => {
  const suspended = 'tenants:\n  a:\n    label: A\n    suspended: true\n';
  const resume: TenantChange = { verb: 'resume', name: 'a' };
  assert.deepEqual(await after({ 't.yaml': suspended }, resume), {
    't.yaml': 'tenants:\n  a:\n    label: A\n',
  });
  const all = `defaults: { suspended: true }\n${suspended}`;
  assert.deepEqual(await after({ 't.yaml': all }, resume), {
    't.yaml': all.replace('    suspended: true', '    suspended: false'),
  });
});

const passwd = (name: string, ...lists: CredentialList[]): TenantChange => {
  return { verb: 'passwd', name, user: 'bob', secret: '{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=', lists };
};
const bob = '"bob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="';
const ann = '"ann:{SHA}AAAAAAAAAAAAAAAAAAAAAAAAAAA="';

test('a new password takes the place of the one before, and nobody else loses theirs', async () => {
  const written = async (stanza: string, ...lists: CredentialList[]) => {
    const files = await after({ 't.yaml': `tenants:\n  a:${stanza}\n` }, passwd('a', ...lists));
    return typeof files === 'string' ? files : files['t.yaml']?.replace('tenants:\n  a:', '');
  };
  assert.equal(await written(' {}', 'ui'), `\n    ui:\n      auth: [${bob}]\n`);
  assert.equal(
    await written(`\n    ui: { auth: [${ann}, "bob:{SHA}BBBBBBBBBBBBBBBBBBBBBBBBBBB=", "env:X"] }`, 'ui'),
    `\n    ui: { auth: [${ann}, ${bob}, "env:X"] }\n`,
  );
  assert.equal(await written(`\n    ui: { auth: ${ann} }`, 'ui'), `\n    ui: { auth: [${ann}, ${bob}] }\n`);
  assert.equal(
    await written('\n    auth: none\n    label: A', 'ui', 'sendApi'),
    `\n    label: A\n    ui:\n      auth: [${bob}]\n    sendApi:\n      auth: [${bob}]\n`,
  );
  assert.equal(await written('\n    ui: { authFile: users }', 'ui'), 'BAD_REQUEST');
});

test('whom the defaults or Mailpit’s names let in stays let in', async () => {
  const defaults = `defaults: { ui: { auth: [${ann}] } }\ntenants:\n  a: {}\n`;
  assert.deepEqual(await after({ 't.yaml': defaults }, passwd('a', 'ui')), {
    't.yaml': defaults.replace('a: {}', `a:\n    ui:\n      auth: [${ann}, ${bob}]`),
  });
  const mailpit = `tenants:\n  a: { mailpit: { MP_UI_AUTH: ${ann} } }\n`;
  assert.deepEqual(await after({ 't.yaml': mailpit }, passwd('a', 'ui')), {
    't.yaml': mailpit.replace('} }', `}, ui: { auth: [${ann}, ${bob}] } }`),
  });
});

test('a user is not called like a reference', async () => {
  for (const user of ['file', 'env', 'a:b', 'a b', '']) {
    const change: TenantChange = { verb: 'passwd', name: 'a', user, secret: 'x', lists: ['ui'] };
    assert.equal(await after({ 't.yaml': 'tenants: {a: {}}\n' }, change), 'BAD_REQUEST');
  }
});
