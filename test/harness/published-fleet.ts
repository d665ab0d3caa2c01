/** A real fleet behind a real web server, published by its daemon. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxyServer } from '../../libs/spec/proxy-spec.ts';
import type { ControlStatus } from '../../libs/wire/control-http.ts';
import { Fleet } from './fleet.ts';
import { fetchRaw } from './raw-http.ts';
import { prepareWebServer, type WebServerOptions } from './web-server.ts';

export type PublishedOptions = {
  readonly server: ProxyServer;
  /** What stands below `tenants:`. */
  readonly tenants: string;
  /** Further lines of `proxy:`. */
  readonly more?: string;
  readonly extra?: WebServerOptions['extra'];
};

export async function openPublished({ server, tenants, more = '', extra }: PublishedOptions) {
  await using stack = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'mp-'));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  const web = stack.use(await prepareWebServer({ server, dir, ...(extra ? { extra } : {}) }));
  await web.start();
  const yaml = (lines: string) => `proxy:
  baseDomain: mail.example.com
  server: ${server}
  listen: "127.0.0.1:${web.port}"
  outputDir: ${web.outputDir}
  checkCommand: ${JSON.stringify(web.checkCommand)}
  reloadCommand: ${JSON.stringify(web.reloadCommand)}
${lines}
tenants:
${tenants}`;
  const fleet = stack.use(new Fleet(yaml(more)));
  await chmod(fleet.dir, 0o711);
  await fleet.serve();
  const owned = stack.move();
  const get = (host: string, path = '/api/v1/messages') =>
    fetchRaw({ port: web.port, path, headers: { host } });
  /** Resolves when the daemon says this about the web server. */
  const until = async (...states: string[]) => {
    const giveUpAtMs = performance.now() + 60_000;
    for (;;) {
      const { proxy } = await fleet.ask<ControlStatus>('status');
      if (proxy && states.includes(proxy.state)) return proxy;
      if (performance.now() > giveUpAtMs) throw new Error(`${JSON.stringify(proxy)}\n${fleet.log}`);
      await sleep(100);
    }
  };
  return {
    ...{ dir, web, fleet, get, until },
    write: (lines: string) => writeFile(fleet.configPath, yaml(lines)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
