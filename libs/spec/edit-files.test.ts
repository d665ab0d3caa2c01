import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editFiles, type TenantChange } from './edit-files.ts';
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
