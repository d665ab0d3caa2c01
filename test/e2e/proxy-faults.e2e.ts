/** What only a full disk, a full process or a busy day shows. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { WebSocket } from 'ws';
import { applyProxyLocked } from '../../libs/controller/apply-proxy-locked.ts';
import { applyProxy } from '../../libs/proxy-apply/apply-proxy.ts';
import { ProxyApplier } from '../../libs/proxy-apply/proxy-applier.ts';
import { openAppliedWorld } from '../harness/applied-world.ts';
import { baseDomain } from '../harness/proxy-world.ts';
import { fetchRaw } from '../harness/raw-http.ts';

const a = { name: 'project-a' };
const b = { name: 'project-b' };
const isRoot = process.getuid?.() === 0;

for (const isScript of [false, true]) {
  test(`a disk without space at any moment keeps the former text${isScript ? ', checked by a script' : ''}`, {
    skip: !isRoot && 'needs root to mount',
  }, async () => {
    await using world = await openAppliedWorld({
      server: 'nginx',
      prepare: async dir => {
        const at = join(dir, 'mpctl');
        await execa('mount', ['-t', 'tmpfs', '-o', 'size=2m,nr_inodes=60,mode=755', 'mpctl-test', at]);
        return () => execa('umount', ['--lazy', at]);
      },
    });
    const { outputDir } = world.web;
    const script = ['sh', '-c', world.web.checkCommand.join(' ')];
    const checkCommand = isScript ? script : world.web.checkCommand;
    const text = await world.text([a, b], { checkCommand });
    const steps: (string | undefined)[] = [];
    // With room for one file or folder more each time, until there is enough.
    for (let free = 0; ; free++) {
      const fillers = join(outputDir, 'fillers');
      await mkdir(fillers);
      const { stdout } = await execa('df', ['--output=iavail', outputDir]);
      for (let left = Number(stdout.split('\n')[1]); left > free; left--) {
        await writeFile(join(fillers, String(left)), '');
      }
      const result = await applyProxy(text);
      await rm(fillers, { recursive: true });
      steps.push(result.failure?.step);
      if (result.state === 'applied') break;
      await world.assertRolledBack(result, result.failure?.step ?? 'probe');
    }
    assert.deepEqual([...new Set(steps)], ['write', isScript ? 'swap' : 'check alone', undefined]);
  });
}

test('a disk that is full is called so, and no lock stays', {
  skip: !isRoot && 'needs root to mount',
}, async () => {
  await using world = await openAppliedWorld({
    server: 'nginx',
    prepare: async dir => {
      const at = join(dir, 'mpctl');
      await execa('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=755', 'mpctl-test', at]);
      return () => execa('umount', ['--lazy', at]);
    },
  });
  const { outputDir } = world.web;
  const filler = join(outputDir, 'filler');
  await writeFile(filler, Buffer.alloc(2 ** 21)).catch(() => {});
  await assert.rejects(applyProxyLocked(await world.text([a, b])), {
    code: 'PROXY_NOT_WRITABLE',
    hint: /make room/,
  });
  await rm(filler);
  assert.deepEqual(
    (await readdir(outputDir)).filter(name => name.includes('lock')),
    [],
  );
});

test('an nginx out of descriptors reloads nothing, says that it did, and is found out', async () => {
  const logs = (dir: string, name: string) => join(dir, `${name}.conf`);
  await using world = await openAppliedWorld({ server: 'nginx', wrap: ['prlimit', '--nofile=64:64'] });
  const own = async (name: string) => {
    const include = logs(world.dir, name);
    const files = Array.from(
      { length: 20 },
      (_, index) => `access_log ${world.dir}/state/${name}-${index}.log;\n`,
    );
    await writeFile(include, files.join(''));
    return { name, proxy: { certificate: null, key: null, include } };
  };
  // 20 descriptors now; 40 more while it reloads are too many
  assert.equal((await applyProxy(await world.text([await own('project-a')]))).state, 'applied');
  const result = await applyProxy(await world.text([await own('project-a'), await own('project-b')]), {
    patienceMs: 1000,
  });
  assert.equal(`${result.state} ${result.failure?.step}`, 'rolled back probe');
  assert.match(result.failure?.output ?? '', /still serves the former text/);
  assert.match(await world.web.errorLog(), /Too many open files/);
  assert.equal((await world.get('project-a')).status, 200);
  assert.equal((await applyProxy(await world.text([await own('project-a')]))).state, 'unchanged');
});

for (const server of ['nginx', 'apache'] as const) {
  describe(server, () => {
    test('who asks with a connection for each request, and who holds a WebSocket, notices no reload', async () => {
      await using world = await openAppliedWorld({ server });
      const host = `project-a.${baseDomain}`;
      const socket = new WebSocket(`ws://127.0.0.1:${world.web.port}/`, { headers: { host } });
      await once(socket, 'open');
      let stop = false;
      let asked = 0;
      const hammer = async () => {
        for (; !stop; asked++) {
          const reply = await fetchRaw({
            port: world.web.port,
            path: `/?bytes=${asked % 5000}`,
            headers: { host },
          });
          assert.equal(`${reply.status} ${reply.body.length}`, `200 ${asked % 5000}`);
          await sleep(1);
        }
      };
      const hammering = hammer();
      for (const tenants of [[a, b], [a], [a, b]]) {
        assert.equal((await applyProxy(await world.text(tenants))).state, 'applied');
      }
      stop = true;
      await hammering;
      assert.ok(asked > 20);
      socket.send('still there');
      assert.equal(String((await once(socket, 'message'))[0]), 'project-a: still there');
      socket.terminate();
    });
  });
}

test('a burst of changes is one reload', async () => {
  await using world = await openAppliedWorld({ server: 'nginx' });
  const log = join(world.dir, 'reloads');
  const reloadCommand = ['sh', '-c', `echo reload >> ${log}; exec "$@"`, 'sh', ...world.web.reloadCommand];
  const names = ['project-a'];
  await using applier = new ProxyApplier(
    async () => {
      const text = await world.text(
        names.map(name => ({ name })),
        { reloadCommand },
      );
      assert.equal((await applyProxy(text)).state, 'applied');
    },
    error => assert.fail(String(error)),
  );
  for (let index = 0; index < 100; index++) {
    names.push(`project-c${index}`);
    applier.request();
    await sleep(1);
  }
  await applier.settled();
  assert.equal(await readFile(log, 'utf8'), 'reload\n');
  assert.equal((await world.get('project-c99')).status, 503);
});
