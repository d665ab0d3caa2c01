import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ControlStatus } from '../wire/control-http.ts';
import { renderMetrics } from './render-metrics.ts';

test('every metric is in the operator’s page', () => {
  const status = {
    config: { ageMs: 0, issues: [], state: 'current' },
    tenants: { total: 0, states: {} },
    shards: [],
    sparePid: null,
    proxy: null,
    damagedJournalParts: 0,
  };
  const text = renderMetrics(status as unknown as ControlStatus);
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  assert.ok(names.length > 20);
  const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  assert.deepEqual(
    names.filter(name => !page.includes(`\`${name}\``)),
    [],
  );
  const told = [...page.matchAll(/`(mpctl_\w+)`/g)].map(([, name]) => name);
  assert.deepEqual(
    told.filter(name => !names.includes(name)),
    [],
  );
});
