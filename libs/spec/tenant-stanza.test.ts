import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editFiles } from './edit-files.ts';
import { facts, filesIo } from './memory-suite.ts';
import { readFleet } from './read-fleet.ts';
import { isFault, settingsOf, stanzaOf } from './tenant-stanza.ts';

const read = (text: string) =>
  readFleet({ file: '/etc/t.yaml', io: filesIo('/etc', new Map([['t.yaml', text]])), facts });

test('a tenant that is added with the settings of another is as it was', async () => {
  const before = await read(`tenants:
  a:
    label: 'Shop: "1"'  # a comment
    maxMessages: 20
    hostnames: [a.example, b.example]
    smtp: { maxRecipients: 7 }
    listeners:
      smtp: { bind: ["unix:/s/a:660", ":2525"], owner: bob }
      extra:
        protocol: http
        bind: ":8025"
    mailpit: { MP_MAX_AGE: 3d }
  b: {}
  c: { label: "" }
`);
  assert.deepEqual(before.issues, []);
  for (const name of ['a', 'b', 'c']) {
    const stanza = await stanzaOf(before, name);
    assert(stanza);
    const set = await settingsOf(stanza, name);
    assert(!isFault(set));
    const edits = await editFiles('/etc/t.yaml', await read('tenants: {}\n'), { verb: 'add', name, set });
    assert(!('fault' in edits));
    const after = await read(edits[0]?.after ?? '');
    assert.deepEqual(after.issues, []);
    assert.deepEqual(
      after.fleet?.tenants.get(name as never),
      before.fleet?.tenants.get(name as never),
      edits[0]?.after ?? '',
    );
  }
});

test('of a tenant that is not there nothing is known', async () => {
  assert.equal(await stanzaOf(await read('tenants: {}\n'), 'a'), null);
});

test('a tenant keeps its comments, unless it is written in a way that does not stand alone', async () => {
  const lines = '  a: # the first\n    label: A\n';
  assert.equal(await stanzaOf(await read(`tenants:\n${lines}  b: {}\n`), 'a'), `tenants:\n${lines}`);
  const flow = await stanzaOf(await read('tenants: { a: { label: "1" }, b: {} }\n'), 'a');
  assert.equal(flow, 'tenants: {"a":{"label":"1"}}\n');
  const anchored = await stanzaOf(await read('tenants:\n  a: &x\n    label: A\n  b: *x\n'), 'b');
  assert.equal(anchored, 'tenants: {"b":{"label":"A"}}\n');
  assert.deepEqual(await settingsOf(anchored ?? '', 'b'), [{ key: 'label', value: 'A' }]);
});

test('a text that says nothing of a tenant, or nothing that can be read, is told of', async () => {
  const faultOf = async (text: string) => {
    const read = await settingsOf(text, 'a');
    return isFault(read) ? read.fault : null;
  };
  assert.equal(await faultOf(''), null);
  assert.equal(await faultOf('tenants:\n  a: {}\n'), null);
  assert.equal(await faultOf('tenants:\n  a:\n'), null);
  for (const [text, fault] of [
    ['tenants:\n  a: { label: "x\n', /./],
    ['tenants:\n  b: { label: x }\n', /^it says nothing of a$/],
    ['\0\x01', /./],
    ['tenants:\n  a: 7\n', /^what it says of a are no settings$/],
  ] as const)
    assert.match((await faultOf(text)) ?? 'none', fault, text);
});
