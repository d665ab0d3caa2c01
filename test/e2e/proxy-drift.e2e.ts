/** What the daemon notices by itself of what others did to the web server's files, and how it stops in between. */
import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '../../libs/base/log.ts';
import { ProxyKeeper } from '../../libs/controller/proxy-keeper.ts';
import { fleetForTest } from '../../libs/reconcile/fleet-for-tests.ts';
import { openProxyWorld, publishedTenant } from '../harness/proxy-world.ts';

const tools = { programRoot: dirname(dirname(import.meta.dirname)), mpctlVersion: '0.0.0' };

test('an edit, a web server that stopped and an edit taken back are seen without a change of ours', async () => {
  await using world = await openProxyWorld({ server: 'nginx' });
  const { runDir, spec } = world;
  const errors: string[] = [];
  const log = { ...silentLogger, error: (_: object, text: string) => void errors.push(text) };
  await using keeper = new ProxyKeeper(tools, Date.now, log, 50);
  const until = async (state: string) => {
    const giveUpAtMs = performance.now() + 30_000;
    while (keeper.status?.state !== state) {
      if (performance.now() > giveUpAtMs) assert.fail(JSON.stringify(keeper.status));
      await sleep(20);
    }
    return keeper.status;
  };
  const want = (...names: string[]) =>
    keeper.want(
      fleetForTest(
        names.map(name => publishedTenant(runDir, { name })),
        { runDir, proxy: { ...spec, mode: 'vhost' } },
      ),
    );
  want('project-a');
  await until('applied');

  const edited = join(spec.outputDir, 'current/tenant-project-a.conf');
  const ours = await readFile(edited, 'utf8');
  await appendFile(edited, '# mine\n');
  const { error } = await until('drifted');
  assert.match(error, /\.conf was edited/);
  assert.equal(errors.length, 1, 'told once');
  want('project-a', 'project-b');
  await sleep(1500);
  await until('drifted');
  assert.match(await readFile(edited, 'utf8'), /# mine/, 'nothing is written over it');
  await writeFile(edited, ours);
  await until('applied');

  await world.web.stop();
  assert.match((await until('not served')).error, /does not answer/);
  await world.web.start();
  await until('unchanged');
});

test('what was rolled back is tried again until it comes through', async () => {
  await using world = await openProxyWorld({ server: 'nginx' });
  const { runDir, spec } = world;
  const marker = join(world.dir, 'may-reload');
  const reloadCommand = ['sh', '-c', `test -e ${marker} && exec "$@"`, 'sh', ...spec.reloadCommand];
  await using keeper = new ProxyKeeper(tools, Date.now, silentLogger, 50);
  const tenant = publishedTenant(runDir, { name: 'project-a' });
  keeper.want(fleetForTest([tenant], { runDir, proxy: { ...spec, reloadCommand } }));
  const until = async (state: string) => {
    const giveUpAtMs = performance.now() + 30_000;
    for (; keeper.status?.state !== state; await sleep(20)) {
      assert.ok(performance.now() < giveUpAtMs, JSON.stringify(keeper.status));
    }
  };
  await until('rolled back');
  await writeFile(marker, '');
  await until('applied');
});

test('a stop does not wait for a reload that does not come, and the next start goes on', async () => {
  await using world = await openProxyWorld({ server: 'nginx' });
  const { runDir, spec } = world;
  const fleet = (reloadCommand: readonly string[]) =>
    fleetForTest([publishedTenant(runDir, { name: 'project-a' })], {
      runDir,
      proxy: { ...spec, reloadCommand },
    });
  const marker = join(world.dir, 'reloaded');
  const stopped = new ProxyKeeper(tools, Date.now, silentLogger);
  stopped.want(fleet(['touch', marker]));
  while ((await readFile(marker).catch(() => null)) === null) await sleep(20);
  const disposed = stopped[Symbol.asyncDispose]();
  const slow = sleep(8000, 'slow', { ref: false });
  assert.notEqual(await Promise.race([disposed, slow]), 'slow');

  await using next = new ProxyKeeper(tools, Date.now, silentLogger);
  next.want(fleet(spec.reloadCommand));
  const giveUpAtMs = performance.now() + 30_000;
  while (next.status?.state !== 'applied') {
    assert.ok(performance.now() < giveUpAtMs, JSON.stringify(next.status));
    await sleep(20);
  }
  assert.equal(next.status.served, next.status.hash);
});
