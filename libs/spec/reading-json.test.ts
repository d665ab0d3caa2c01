import assert from 'node:assert/strict';
import { test } from 'node:test';
import { facts, filesIo } from './memory-suite.ts';
import { readFleet } from './read-fleet.ts';
import { parseReading, renderReading } from './reading-json.ts';

const files = new Map([
  ['t.yaml', 'include: d/*.yaml\ntenants:\n  a: { label: x }\n  b: {}\n'],
  ['d/c.yaml', 'tenants: { c: { envFile: c.env } }\n'],
  ['d/c.env', 'MP_LABEL=c\n'],
]);
const request = { file: '/etc/t.yaml', io: filesIo('/etc', files), facts };

test('a reading crosses to another process whole', async () => {
  const reading = await readFleet(request);
  assert.deepEqual(reading.issues, []);
  const sent = JSON.stringify(renderReading(reading));
  const crossed = parseReading(JSON.parse(sent));
  assert.deepEqual(crossed.fleet, reading.fleet);
  assert.equal(JSON.stringify(renderReading(crossed)), sent);
});

test('the next reading builds on one that crossed', async () => {
  const crossed = parseReading(JSON.parse(JSON.stringify(renderReading(await readFleet(request)))));
  files.set('t.yaml', 'include: d/*.yaml\ntenants:\n  new: {}\n  a: { label: x }\n  b: {}\n');
  const next = await readFleet({ ...request, previous: crossed, maxYamlBytes: 1000 });
  assert.deepEqual(next.issues, []);
  for (const [id, spec] of crossed.fleet?.tenants ?? []) {
    if (id !== 'c') assert.equal(next.fleet?.tenants.get(id), spec);
  }
});

test('tenants that crossed share what they have in common', async () => {
  const { fleet } = parseReading(JSON.parse(JSON.stringify(renderReading(await readFleet(request)))));
  const [a, b] = [...(fleet?.tenants.values() ?? [])];
  assert.equal(a?.smtp, b?.smtp);
  assert.equal(a?.listeners[0]?.access, b?.listeners[1]?.access);
});
