import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderIssue } from '../base/issue.ts';
import { facts, filesIo } from './memory-suite.ts';
import { readFleet } from './read-fleet.ts';
import { readYaml } from './read-yaml.ts';
import { fileSchema } from './schema.ts';
import { schemaKeys } from './schema-keys.ts';
import type { Written } from './written.ts';

const example = readFileSync(join(import.meta.dirname, '../../tenants.example.yaml'), 'utf8');
const everything = example.replace(/^( *)#(?=\S)/gm, '$1');

async function read(text: string) {
  const io = filesIo(
    '/etc',
    new Map([
      ['t.yaml', text],
      ['project-c.env', ''],
      ['tags.yaml', 'filters: []'],
    ]),
  );
  return readFleet({ file: '/etc/t.yaml', io, facts });
}

test('the example is right, with and without what is commented out', async () => {
  assert.deepEqual((await read(example)).issues.map(renderIssue), []);
  assert.deepEqual((await read(everything)).issues.map(renderIssue), []);
});

test('the example needs no right that a user has not', async () => {
  const { fleet } = await read(example);
  assert.ok(fleet && fleet.tenants.size >= 3);
  for (const { user, listeners } of fleet.tenants.values()) {
    assert.equal(user, null);
    for (const { binds, access } of listeners) {
      assert.deepEqual(access, { owner: null, group: null, mode: 0o660, acl: [] });
      for (const bind of binds) {
        if (bind.kind === 'unix') assert.ok(bind.path.startsWith(fleet.runDir));
        else assert.ok(bind.host === '127.0.0.1' && bind.port >= 1024);
      }
    }
  }
});

test('the example shows every key', () => {
  const keys = [...keysOf(readYaml(everything).root)];
  const shown = new Set([...keys, ...keys.map(key => key.replace(/^defaults\./, 'tenants.*.'))]);
  const missing = [...schemaKeys(fileSchema)]
    .map(({ path }) => path.map(step => (step === '<name>' ? '*' : step)).join('.'))
    .filter(key => !key.startsWith('defaults.') && !shown.has(key));
  assert.deepEqual(missing, []);
});

function* keysOf(written: Written, path: readonly string[] = []): Generator<string> {
  if (path.length > 0) yield path.join('.');
  const isNamed = ['tenants', 'listeners'].includes(path.at(-1) ?? '');
  if (written.kind !== 'map') return;
  for (const { key, value } of written.entries) yield* keysOf(value, [...path, isNamed ? '*' : key]);
}
