import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TenantId } from '../base/ids.ts';
import { applyClasses } from './key.ts';
import { listenerKeys, settingsKeys, tenantKeys } from './key-table.ts';
import { facts } from './memory-suite.ts';
import { resolveSettings, resolveTenant, tenantContext } from './resolve.ts';
import { fileSchema } from './schema.ts';
import { schemaKeys } from './schema-keys.ts';

test('every key says all about itself', () => {
  for (const { path, meta } of schemaKeys(fileSchema)) {
    const key = path.join('.');
    assert.ok(meta.description.endsWith('.'), key);
    assert.ok(meta.example !== '', key);
    assert.ok(applyClasses.includes(meta.apply), key);
    assert.ok(meta.default !== null || meta.otherwise, key);
    assert.ok(
      meta.default === null || meta.default === '[]' || meta.value !== null,
      `${key}: its default is no value`,
    );
  }
});

test('every field of a spec has its key, and every key its field', () => {
  const { spec } = resolveTenant('a' as TenantId, null, tenantContext('/run', '', {}).context);
  const fieldsOf = (rows: typeof tenantKeys) => rows.flatMap(({ field }) => field ?? []).sort();
  assert.deepEqual(
    fieldsOf(tenantKeys),
    leaves(spec)
      .filter(key => !['id', 'listeners', 'ownHost'].includes(key))
      .sort(),
  );
  assert.deepEqual(
    fieldsOf(listenerKeys),
    leaves(spec.listeners[0])
      .filter(key => key !== 'id')
      .sort(),
  );
  assert.deepEqual(fieldsOf(settingsKeys), leaves(resolveSettings({}, facts)).sort());
});

function leaves(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, below]) => leaves(below, path === '' ? key : `${path}.${key}`));
}

test('every field is read by somebody', () => {
  const root = join(import.meta.dirname, '../..');
  const readers = ['apps', 'libs']
    .flatMap(dir =>
      readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' }).map(name => join(dir, name)),
    )
    .filter(
      path => /\.tsx?$/.test(path) && !/libs\/spec\/|reconcile\/diff-spec|-for-tests|\.test\.ts/.test(path),
    )
    .map(path => readFileSync(join(root, path), 'utf8'))
    .join('\n');
  const fields = [...tenantKeys, ...listenerKeys, ...settingsKeys].flatMap(
    ({ field }) => field?.split('.').at(-1) ?? [],
  );
  const unread = fields.filter(field => !new RegExp(`[.{,]\\s*${field}\\b`).test(readers));
  assert.deepEqual(unread, []);
});
