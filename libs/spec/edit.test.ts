import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editTenants } from './edit.ts';
import type { TenantEdit } from './tenant-edit.ts';

const set = (name: string, changes: Record<string, string>, ...unset: string[]): TenantEdit => {
  return { verb: 'set', name, set: Object.entries(changes).map(([key, value]) => ({ key, value })), unset };
};
const add = (name: string, changes: Record<string, string> = {}): TenantEdit => {
  return { verb: 'add', name, set: Object.entries(changes).map(([key, value]) => ({ key, value })) };
};
const rename = (name: string, to: string): TenantEdit => ({ verb: 'rename', name, to });
const remove = (name: string): TenantEdit => ({ verb: 'remove', name });

async function edited(text: string, ...edits: TenantEdit[]): Promise<string> {
  let now = text;
  for (const edit of edits) {
    const result = await editTenants(now, edit);
    assert.ok('text' in result, JSON.stringify(result));
    now = result.text;
  }
  return now;
}

test('adds a tenant to a file of any style', async () => {
  const cases: [before: string, after: string][] = [
    ['', 'tenants:\n  new: {}\n'],
    ['# only a comment', '# only a comment\ntenants:\n  new: {}\n'],
    ['runDir: /x\r\n', 'runDir: /x\r\ntenants:\r\n  new: {}\r\n'],
    ['tenants:\n', 'tenants:\n  new: {}\n'],
    ['tenants: {}', 'tenants:\n  new: {}'],
    ['tenants: {} # none yet\nlog: {}\n', 'tenants: # none yet\n  new: {}\nlog: {}\n'],
    ['tenants:\n  a: {}', 'tenants:\n  a: {}\n  new: {}'],
    [
      '\uFEFFtenants:\r\n    a:\r\n        label: x\r\n',
      '\uFEFFtenants:\r\n    a:\r\n        label: x\r\n    new: {}\r\n',
    ],
    [
      'tenants:\n  a:\n    label: x\n    # of a\n\n# end\nlog: {}\n',
      'tenants:\n  a:\n    label: x\n    # of a\n  new: {}\n\n# end\nlog: {}\n',
    ],
    ['tenants: { a: {} }\n', 'tenants: { a: {}, new: {} }\n'],
    ['{ runDir: /x }', '{ runDir: /x, tenants: { new: {} } }'],
    ['tenants:\n  a: &x { label: x }\n  b: *x\n', 'tenants:\n  a: &x { label: x }\n  b: *x\n  new: {}\n'],
  ];
  for (const [before, after] of cases) assert.equal(await edited(before, add('new')), after);
});

test('writes values as YAML reads them back', async () => {
  const changes = {
    label: 'R&D: "x"',
    maxMessages: '500',
    'listeners.smtp.bind': '["unix:/s:660", ":25"]',
    'listeners.smtp.mode': '0660',
    user: 'null',
  };
  assert.equal(
    await edited('tenants:\n', add('new', changes)),
    [
      'tenants:',
      '  new:',
      '    label: "R&D: \\"x\\""',
      '    maxMessages: 500',
      '    listeners:',
      '      smtp:',
      '        bind: ["unix:/s:660", ":25"]',
      '        mode: 0660',
      '    user: "null"',
      '',
    ].join('\n'),
  );
});

test('takes a map out with its last key, unless something else is written in it', async () => {
  const unset = (...keys: string[]) => set('a', {}, ...keys);
  const block = 'tenants:\n  a:\n    label: x\n    ui:\n      auth: [one]\n  b: {}\n';
  assert.equal(await edited(block, unset('ui.auth')), 'tenants:\n  a:\n    label: x\n  b: {}\n');
  const deep = 'tenants:\n  a:\n    listeners:\n      smtp:\n        mode: 600\n    label: x\n';
  assert.equal(await edited(deep, unset('listeners.smtp.mode')), 'tenants:\n  a:\n    label: x\n');
  const flow = 'tenants:\n  a: { label: x, ui: { auth: [one] } } # end\n';
  assert.equal(await edited(flow, unset('ui.auth')), 'tenants:\n  a: { label: x } # end\n');
  const only = 'tenants:\n  a:\n    ui:\n      auth: [one]\n';
  assert.equal(await edited(only, unset('ui.auth')), 'tenants:\n  a:\n', 'a tenant stays');
  const two = 'tenants:\n  a:\n    ui:\n      auth: [one]\n      authFile: x\n';
  assert.equal(await edited(two, unset('ui.auth')), two.replace('      auth: [one]\n', ''));
  const told = 'tenants:\n  a:\n    ui:\n      # who may read\n      auth: [one]\n';
  assert.equal(await edited(told, unset('ui.auth')), 'tenants:\n  a:\n    ui:\n      # who may read\n');
});

test('sets keys where they stand, and new ones below', async () => {
  const before = [
    'tenants:',
    '  a: {} # first',
    '  b:',
    '    label: old   # why',
    '    listeners:',
    '      smtp:',
    '        bind:       # both',
    '          - ":25"',
    '          - ":26"',
    '  c: { label: x }',
    '',
  ];
  const after = [
    'tenants:',
    '  a: # first',
    '    maxMessages: 5',
    '  b:',
    '    label: new   # why',
    '    listeners:',
    '      smtp:',
    '        bind: ":27"       # both',
    '    maxAge: 1d',
    '  c: { label: x, smtp: { maxRecipients: 3 } }',
    '',
  ];
  const edits = [
    set('a', { maxMessages: '5' }),
    set('b', { label: 'new', 'listeners.smtp.bind': ':27', maxAge: '1d' }),
    set('c', { 'smtp.maxRecipients': '3' }),
  ];
  assert.equal(await edited(before.join('\n'), ...edits), after.join('\n'));
});

test('takes keys out', async () => {
  const before =
    'tenants:\n  a:\n    # kept\n    label: x # gone\n    maxAge: 1d\n  b: { user: u, label: x }\n';
  const after = 'tenants:\n  a:\n    # kept\n    maxAge: 1d\n  b: { user: u }\n';
  assert.equal(
    await edited(before, set('a', {}, 'label', 'smtp.maxRecipients'), set('b', {}, 'label')),
    after,
  );
});

test('renames and removes', async () => {
  const text =
    '# all\ntenants:\n  # about a\n  a:\n    label: |\n      x\n\n  # about b\n  "b": {} # b\nlog: {}';
  assert.equal(await edited(text, rename('b', 'c')), text.replace('"b"', 'c'));
  assert.equal(
    await edited(text, remove('a')),
    '# all\ntenants:\n  # about a\n\n  # about b\n  "b": {} # b\nlog: {}',
  );
  assert.equal(await edited(text, remove('b')), text.replace('  "b": {} # b\n', ''));
});

test('refuses what it cannot do without doing more', async () => {
  const fault = async (text: string, edit: TenantEdit) => {
    const result = await editTenants(text, edit);
    return 'fault' in result ? result.fault : result.text;
  };
  const aliases = 'tenants:\n  a: &x { label: x }\n  b: *x\n';
  assert.equal(await fault(aliases, remove('a')), 'FILE_NOT_EDITABLE');
  assert.equal(await fault(aliases, set('a', { label: 'y' })), 'FILE_NOT_EDITABLE');
  assert.equal(await fault(aliases, set('b', { label: 'y' })), 'FILE_NOT_EDITABLE');
  assert.equal(await fault('tenants: [', add('a')), 'FILE_NOT_EDITABLE');
  assert.equal(await fault('tenants:\n  a: { smtp: 5 }\n', set('a', { 'smtp.x': '1' })), 'FILE_NOT_EDITABLE');
  assert.equal(await fault('tenants:\n  a: {}\n', add('a')), 'TENANT_EXISTS');
  assert.equal(await fault('tenants:\n  a: {}\n  b: {}\n', rename('a', 'b')), 'TENANT_EXISTS');
  assert.equal(await fault('tenants: { a: {} }', remove('b')), 'TENANT_NOT_FOUND');
  assert.equal(await fault('tenants:\n  a: {}\n', add('b: {}\n  c')), 'BAD_REQUEST');
  assert.equal(await fault('tenants:\n  a: {}\n', set('a', { '__proto__.x': '1' })), 'BAD_REQUEST');
});

test('edits the usual shape without reading its other tenants', async () => {
  const broken = 'tenants:\n  a: {}\n  b: { label: [\n  c:\n    label: x\n';
  assert.equal(await edited(broken, set('a', { label: 'y' })), broken.replace('a: {}', 'a:\n    label: y'));
  assert.equal(await edited(broken, set('c', { label: 'y' })), broken.replace('label: x', 'label: y'));
});
