/**
 * The text for one fleet in every way that it can be rendered, under test/golden/proxy, each accepted by the real
 * server. `UPDATE=1` writes it anew.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { execa } from 'execa';
import { planProxy } from '../../libs/proxy/plan-proxy.ts';
import { renderProxy } from '../../libs/proxy/render-proxy.ts';
import { readTemplates } from '../../libs/proxy-apply/read-templates.ts';
import { fleetForTest } from '../../libs/reconcile/fleet-for-tests.ts';
import type { ProxyMode, ProxyServer } from '../../libs/spec/proxy-spec.ts';
import type { FleetSpec } from '../../libs/spec/tenant-spec.ts';
import {
  baseDomain,
  makeCertificate,
  publishedTenant,
  type WorldTenant,
  writeFiles,
} from '../harness/proxy-world.ts';
import { prepareWebServer } from '../harness/web-server.ts';

const root = join(import.meta.dirname, '../..');
const runDir = '/run/mailpit';

const everyAddress = (port: number) => ['0.0.0.0', '::'].map(host => ({ kind: 'tcp' as const, host, port }));

function fleet(server: ProxyServer, mode: ProxyMode, withTls: boolean): FleetSpec {
  const { proxy } = fleetForTest([]);
  const tls = {
    tls: { certificate: '/etc/ssl/mail.pem', key: '/etc/ssl/mail.key', listen: everyAddress(443) },
    defaultServer: true,
    acmeRoot: '/var/www/acme',
    include: ['/etc/mpctl/every.conf'],
  };
  const include = '/etc/mpctl/shop.conf';
  const own = withTls
    ? { certificate: '/etc/ssl/shop.pem', key: '/etc/ssl/shop.key', include }
    : { certificate: null, key: null, include };
  const long = 'a-name-that-is-longer-than-nginx-takes-in-its-hash.example';
  const tenants: WorldTenant[] = [
    { name: 'project-a' },
    { name: 'project-b', hostnames: ['mail.one.example', long] },
    { name: 'project-c', hostnames: ['www.site.example'], webroot: '/mailpit/' },
    { name: 'project-d', hostnames: ['mail.shop.example'], proxy: own },
  ];
  return fleetForTest(
    tenants.map(tenant => publishedTenant(runDir, tenant)),
    {
      runDir,
      proxy: {
        ...{ ...proxy, baseDomain, server, mode, listen: everyAddress(80) },
        ...{ outputDir: `/etc/${server}/mpctl`, ...(withTls ? tls : {}) },
      },
    },
  );
}

for (const server of ['nginx', 'apache'] as const) {
  describe(server, () => {
    for (const mode of ['wildcard', 'map', 'vhost'] as const) {
      for (const withTls of [false, true]) {
        const name = `${server}/${mode}${withTls ? '-tls' : ''}`;
        test(name, async () => {
          const golden = join(root, 'test/golden/proxy', name);
          const templates = await readTemplates([join(root, `${server}-templates`)]);
          const { model } = planProxy(fleet(server, mode, withTls));
          assert.ok(model);
          const { files } = renderProxy(server, model, templates, '0.0.0');
          if (process.env.UPDATE === '1') {
            await rm(golden, { recursive: true, force: true });
            await writeFiles(golden, files);
          }
          assert.deepEqual(Object.fromEntries(await readFiles(golden)), Object.fromEntries(files));
          await acceptedByServer(server, files);
        });
      }
    }
  });
}

/** Has the server read the text as it is but for paths and ports, which are those of a temporary folder. */
async function acceptedByServer(server: ProxyServer, files: ReadonlyMap<string, string>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'mp-'));
  try {
    const site = {
      nginx: `server { include ${dir}/mpctl/current/subpath/*.inc; }`,
      apache: `IncludeOptional ${dir}/mpctl/current/subpath/*.inc`,
    };
    const web = await prepareWebServer({ server, dir, extra: () => site[server] });
    const { certificate, key } = await makeCertificate(dir, '*.mail.example.com');
    await writeFile(join(dir, 'include.conf'), '# nothing\n');
    await mkdir(join(dir, 'acme'));
    const here = (text: string) =>
      text
        .replaceAll(/\/etc\/ssl\/\w+\.pem/g, certificate)
        .replaceAll(/\/etc\/ssl\/\w+\.key/g, key)
        .replaceAll(/\/etc\/mpctl\/\w+\.conf/g, join(dir, 'include.conf'))
        .replaceAll('/var/www/acme', join(dir, 'acme'))
        .replaceAll(`/etc/${server}/mpctl`, web.outputDir)
        .replaceAll(
          /listen (\[::\]:)?(80|443)\b/g,
          (_, six, port) => `listen ${six ? '[::1]' : '127.0.0.1'}:${port === '80' ? web.port : web.tlsPort}`,
        );
    await writeFiles(
      join(web.outputDir, 'current'),
      new Map([...files].map(([path, text]) => [path, here(text)])),
    );
    const [command = '', ...args] = web.checkCommand;
    const { all, exitCode } = await execa(command, args, { all: true, reject: false });
    assert.equal(exitCode, 0, all);
    assert.doesNotMatch(all, /warn|conflict/i);
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function readFiles(dir: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(dir.length + 1), await readFile(path, 'utf8'));
  }
  return files;
}
