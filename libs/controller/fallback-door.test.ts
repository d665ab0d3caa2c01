import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLogger } from '../base/log.ts';
import { fleetForTest, tenantForTest } from '../reconcile/fleet-for-tests.ts';
import { fallbackSocketPath } from '../spec/paths.ts';
import { FallbackDoor } from './fallback-door.ts';

test('a minute of requests for tenants that do not answer is one line, strangers’ names are none', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mp-'));
  const runDir = join(dir, 'run');
  const lines: object[] = [];
  const log = { ...silentLogger, warn: (facts: object) => void lines.push(facts) };
  let now = 0;
  const options = { runDir, webGroup: 'www-data', occupied: 'refuse', api: 'private' } as const;
  const plain = fleetForTest([tenantForTest('a', { ownHost: 'a.x.test' })], { runDir });
  try {
    await using door = new FallbackDoor(options, () => now, log);
    door.want({ ...plain, proxy: { ...plain.proxy, baseDomain: 'x.test' } });
    const socketPath = fallbackSocketPath(runDir);
    const ask = (host: string) =>
      new Promise<number>((resolve, reject) => {
        const retry = () => setTimeout(() => ask(host).then(resolve, reject), 10);
        request({ socketPath, agent: false, headers: { host } }, response => {
          response.resume().on('end', () => resolve(response.statusCode ?? 0));
        })
          .on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? retry() : reject(error)))
          .end();
      });
    for (let n = 0; n < 5; n++) {
      assert.equal(await ask('a.x.test'), 503);
      assert.equal(await ask(`stranger-${n}.x.test`), 404);
    }
    assert.deepEqual(lines, [{ host: 'a.x.test', requests: 1 }]);
    now += 60_000;
    await ask('A.x.test:80');
    assert.deepEqual(lines[1], { host: 'a.x.test', requests: 5 });
    assert.equal(lines.length, 2);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
