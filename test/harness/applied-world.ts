import assert from 'node:assert/strict';
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type ApplyResult, type ApplyStep, applyProxy } from '../../libs/proxy-apply/apply-proxy.ts';
import { baseDomain, openProxyWorld, type ProxyWorld, type WorldOptions } from './proxy-world.ts';
import { fetchRaw, type Reply } from './raw-http.ts';
import { openStubTenant } from './stub-tenant.ts';

/** A web server that serves `project-a` in mode vhost by what was applied; `project-b` runs and is not published. */
export type AppliedWorld = ProxyWorld & {
  get(tenant: string): Promise<Reply>;
  /** The version that is current. */
  current(): Promise<string>;
  /** Holds that the text was refused at this step, and that all is as it was before anything was tried. */
  assertRolledBack(result: ApplyResult, step: ApplyStep): Promise<void>;
};

export async function openAppliedWorld(options: WorldOptions): Promise<AppliedWorld> {
  await using stack = new AsyncDisposableStack();
  const spec: WorldOptions['spec'] = dir => ({ mode: 'vhost', ...options.spec?.(dir) });
  const world = stack.use(await openProxyWorld({ ...options, spec }));
  for (const name of ['project-a', 'project-b']) {
    stack.use(await openStubTenant(name, join(world.runDir, name, 'http.sock')));
  }
  const { outputDir } = world.spec;
  const first = await applyProxy(await world.text([{ name: 'project-a' }]));
  assert.deepEqual([first.state, first.failure, first.served], ['applied', null, first.hash]);
  const current = () => readlink(join(outputDir, 'current'));
  const before = await current();
  const get = (tenant: string) =>
    fetchRaw({ port: world.web.port, headers: { host: `${tenant}.${baseDomain}` } });
  const owned = stack.move();
  return {
    ...world,
    current,
    get,
    async assertRolledBack(result, step) {
      assert.equal(`${result.state} ${result.failure?.step}`, `rolled back ${step}`, result.failure?.output);
      assert.equal(await current(), before);
      assert.deepEqual(await readdir(join(outputDir, 'versions')), [before.replace('versions/', '')]);
      assert.ok(!(await readdir(outputDir)).some(name => name === 'previous' || name.startsWith('.check')));
      const again = await applyProxy(await world.text([{ name: 'project-a' }]));
      assert.equal(again.state, 'unchanged', 'the former text is served');
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
