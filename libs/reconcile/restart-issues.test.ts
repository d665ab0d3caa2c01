import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fleetForTest } from './fleet-for-tests.ts';
import { nothingObserved } from './observed.ts';
import { plan } from './plan.ts';
import { restartIssues } from './restart-issues.ts';

const running = fleetForTest([]);
const written = { ...running, dataDir: '/elsewhere', hostname: 'mx.test', webGroup: 'apache' };

test('what only the next daemon does is told, and what this one does is not', () => {
  const issues = restartIssues(running, written, 'tenants.yaml');
  assert.deepEqual(
    issues.map(({ path, severity, file }) => [path, severity, file]),
    [
      ['dataDir', 'warning', 'tenants.yaml'],
      ['hostname', 'warning', 'tenants.yaml'],
    ],
  );
  assert.match(issues[0]?.message ?? '', new RegExp(`runs with ${running.dataDir} instead of /elsewhere`));
  assert.deepEqual(restartIssues(running, running, 'tenants.yaml'), []);
});

test('it is no step of a plan, which would never be done', () => {
  const observed = { ...nothingObserved, fleet: running };
  const { steps } = plan({ fleet: { ...running, hostname: 'mx.test' }, shardCount: 0 }, observed, 0);
  assert.deepEqual(steps, []);
});
