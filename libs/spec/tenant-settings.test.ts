import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editFiles } from './edit-files.ts';
import { facts, filesIo } from './memory-suite.ts';
import { readFleet } from './read-fleet.ts';
import { settingsOf } from './tenant-settings.ts';

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
    const set = await settingsOf(before, name);
    assert(set);
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
  assert.equal(await settingsOf(await read('tenants: {}\n'), 'a'), null);
});
