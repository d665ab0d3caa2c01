/** Text is applied to a running web server; whatever goes wrong, what was served before is served after. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { renderProxy } from '../../libs/proxy/render-proxy.ts';
import { applyProxy } from '../../libs/proxy-apply/apply-proxy.ts';
import { swapTo } from '../../libs/proxy-apply/output-folder.ts';
import { writeVersion } from '../../libs/proxy-apply/version-folder.ts';
import { openAppliedWorld } from '../harness/applied-world.ts';
import { openProxyWorld } from '../harness/proxy-world.ts';

const a = { name: 'project-a' };
const b = { name: 'project-b' };

for (const server of ['nginx', 'apache'] as const) {
  describe(server, () => {
    test('a change is served, and the second time there is none', async () => {
      await using world = await openAppliedWorld({ server });
      assert.equal(String((await world.get('project-a')).body), 'project-a');
      assert.equal((await world.get('project-b')).status, 404);
      const result = await applyProxy(await world.text([a, b]));
      assert.deepEqual(
        [result.state, result.served, result.checkedAlone, result.changes.added, result.changes.removed],
        ['applied', result.hash, true, ['tenant-project-b.conf'], []],
      );
      assert.equal(String((await world.get('project-b')).body), 'project-b');
      assert.equal((await applyProxy(await world.text([a, b]))).state, 'unchanged');
      assert.equal((await applyProxy(await world.text([b]))).state, 'applied');
      assert.equal((await world.get('project-a')).status, 404);
    });

    test('everyone may read what is written, whatever the umask', async () => {
      await using world = await openAppliedWorld({ server });
      const before = process.umask(0o077);
      try {
        await applyProxy(await world.text([a, b]));
      } finally {
        process.umask(before);
      }
      const dir = join(world.web.outputDir, await world.current());
      assert.equal((await stat(dir)).mode & 0o777, 0o755);
      assert.equal((await stat(join(dir, 'tenant-project-b.conf'))).mode & 0o777, 0o644);
    });

    test('a broken template is refused before it is anywhere near', async () => {
      await using world = await openAppliedWorld({ server });
      const templatesDir = join(world.dir, 'templates');
      await mkdir(templatesDir);
      await writeFile(join(templatesDir, 'wildcard.conf'), 'nonsense on;\n');
      const text = await world.text([a, b], { templatesDir, mode: 'wildcard' });
      const result = await applyProxy(text);
      await world.assertRolledBack(result, 'check alone');
      assert.match(result.failure?.output ?? '', /nonsense/);
      const refused = result.failure?.refusedDir ?? '';
      assert.equal(
        await readFile(join(refused, 'wildcard.conf'), 'utf8').then(text => text.split('\n')[1]),
        'nonsense on;',
      );
      assert.match(await readFile(join(refused, 'why.txt'), 'utf8'), /nonsense/);
    });

    test('an include for somebody’s site is checked alone, too', async () => {
      await using world = await openAppliedWorld({ server });
      const below = { ...b, webroot: '/mailpit/' };
      const templatesDir = join(world.dir, 'templates');
      await mkdir(templatesDir);
      await writeFile(join(templatesDir, 'subpath.inc'), 'nonsense on;\n');
      const result = await applyProxy(await world.text([a, below], { templatesDir }));
      await world.assertRolledBack(result, 'check alone');
      assert.match(result.failure?.output ?? '', /nonsense/);
      const other = { name: 'project-c', webroot: '/mailpit/' };
      assert.equal((await applyProxy(await world.text([a, below, other]))).state, 'applied');
    });

    test('who interrupts a reload that hangs gets back what served', async () => {
      await using world = await openAppliedWorld({ server });
      const stop = new AbortController();
      const marker = join(world.dir, 'reloading');
      const script = `if test -e ${marker}; then exec "$@"; fi; touch ${marker}; sleep 1000; true`;
      const reloadCommand = ['sh', '-c', script, 'sh', ...world.web.reloadCommand];
      const text = await world.text([a, b], { reloadCommand });
      const applying = applyProxy(text, { signal: stop.signal, goBackWhenAborted: true });
      while (!existsSync(marker)) await sleep(20);
      stop.abort();
      await world.assertRolledBack(await applying, 'reload');
    });

    test('a missing certificate is refused', async () => {
      await using world = await openAppliedWorld({ server, tls: true });
      const proxy = {
        certificate: join(world.dir, 'gone.pem'),
        key: join(world.dir, 'gone.key'),
        include: null,
      };
      const result = await applyProxy(await world.text([a, { ...b, proxy }]));
      await world.assertRolledBack(result, 'check alone');
      assert.match(result.failure?.output ?? '', /gone\.pem/);
    });

    test('what only the whole shows is refused there', async () => {
      await using world = await openAppliedWorld({ server });
      const include = join(world.dir, 'mine.conf');
      await writeFile(include, 'nonsense on;\n');
      const result = await applyProxy(
        await world.text([a, { ...b, proxy: { certificate: null, key: null, include } }]),
      );
      await world.assertRolledBack(result, 'check');
      assert.match(result.failure?.output ?? '', /nonsense/);
    });

    test('a reload that fails, or does nothing, is found out', async () => {
      await using world = await openAppliedWorld({ server });
      const failing = ['sh', '-c', 'echo no right to do that; exit 1'];
      const result = await applyProxy(await world.text([a, b], { reloadCommand: failing }));
      assert.match(result.failure?.output ?? '', /no right to do that/);
      await world.assertRolledBack(result, 'reload');
    });

    test('without a reload it is in place but unproven, until the next time', async () => {
      await using world = await openAppliedWorld({ server });
      const before = await world.current();
      assert.equal((await applyProxy(await world.text([a, b]), { reload: false })).state, 'written');
      assert.notEqual(await world.current(), before);
      assert.equal((await applyProxy(await world.text([a, b]))).state, 'applied');
      assert.equal(String((await world.get('project-b')).body), 'project-b');
    });

    test('killed after the swap: the next start finds the text unproven, and goes back', async () => {
      await using world = await openAppliedWorld({ server });
      const text = await world.text([a, b], { checkCommand: ['false', '-t'] });
      const rendered = renderProxy(server, text.model, text.templates, text.mpctlVersion);
      const version = '000007-0123456789ab';
      await writeVersion(join(world.web.outputDir, 'versions', version), rendered);
      await swapTo(world.web.outputDir, version);
      await world.assertRolledBack(await applyProxy(text), 'check');
    });

    test('what somebody edited, added or removed is shown, and stays until one says otherwise', async () => {
      await using world = await openAppliedWorld({ server });
      const dir = join(world.web.outputDir, await world.current());
      await appendFile(join(dir, 'tenant-project-a.conf'), '# mine\n');
      await writeFile(join(dir, 'mine.conf'), '# mine\n');
      await rm(join(dir, '00-base.conf'));
      for (const tenants of [[a], [a, b]]) {
        const result = await applyProxy(await world.text(tenants));
        assert.equal(result.state, 'drifted');
        assert.deepEqual(result.drift, [
          { path: '00-base.conf', kind: 'missing' },
          { path: 'mine.conf', kind: 'foreign' },
          { path: 'tenant-project-a.conf', kind: 'edited' },
        ]);
      }
      assert.match(await readFile(join(dir, 'tenant-project-a.conf'), 'utf8'), /# mine\n$/);
      assert.equal((await applyProxy(await world.text([a]), { overwrite: true })).state, 'applied');
      assert.notEqual(join(world.web.outputDir, await world.current()), dir);
      assert.match(
        await readFile(join(dir, 'tenant-project-a.conf'), 'utf8'),
        /# mine\n$/,
        'kept for its author',
      );
      for (const tenants of [[a, b], [a], [a, b], [a]]) await applyProxy(await world.text(tenants));
      assert.match(await readFile(join(dir, 'mine.conf'), 'utf8'), /# mine\n$/, 'still kept');
      assert.equal((await readdir(join(world.web.outputDir, 'versions'))).length, 5);
    });

    test('without the include line the first text is taken out again, and the word is said', async () => {
      await using world = await openProxyWorld({ server });
      const outputDir = join(world.dir, 'elsewhere');
      const result = await applyProxy(await world.text([a], { outputDir }), { patienceMs: 500 });
      assert.deepEqual([result.state, result.failure?.step, result.served], ['rolled back', 'probe', null]);
      assert.match(result.failure?.output ?? '', /include line/);
      assert.ok(!(await readdir(outputDir)).includes('current'));
    });

    test('nothing of anybody else is touched', async () => {
      await using world = await openProxyWorld({ server });
      const { outputDir } = world.web;
      await mkdir(join(outputDir, 'current'));
      await writeFile(join(outputDir, 'current/site.conf'), '# somebody\n');
      await assert.rejects(async () => applyProxy(await world.text([a])), { code: 'PROXY_FOREIGN' });
      assert.deepEqual(await readdir(join(outputDir, 'current')), ['site.conf']);
      await rm(join(outputDir, 'current'), { recursive: true });
      await writeFile(join(outputDir, 'notes.txt'), 'somebody\n');
      assert.equal((await applyProxy(await world.text([a]))).state, 'applied');
      assert.equal(await readFile(join(outputDir, 'notes.txt'), 'utf8'), 'somebody\n');
    });
  });
}

// Apache is started by its own `graceful`.
test('an nginx that does not run keeps its text', async () => {
  await using world = await openAppliedWorld({ server: 'nginx' });
  await world.web.stop();
  assert.equal((await applyProxy(await world.text([a, b]))).state, 'rolled back');
  const same = await applyProxy(await world.text([a]));
  assert.deepEqual([same.state, same.failure?.step, same.served], ['not served', 'reload', null]);
  await world.web.start();
  assert.equal((await applyProxy(await world.text([a]))).state, 'unchanged');
});
