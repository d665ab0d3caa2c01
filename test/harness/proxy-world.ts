/** A real web server that publishes stand-ins for tenants, in a temporary folder of its own. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { planProxy } from '../../libs/proxy/plan-proxy.ts';
import { type RenderedProxy, renderProxy } from '../../libs/proxy/render-proxy.ts';
import type { ProxyText } from '../../libs/proxy-apply/inspect-proxy.ts';
import { readTemplates } from '../../libs/proxy-apply/read-templates.ts';
import { fleetForTest, tenantForTest } from '../../libs/reconcile/fleet-for-tests.ts';
import { tenantSocketPath } from '../../libs/spec/paths.ts';
import { proxyPaths } from '../../libs/spec/proxy-paths.ts';
import type { ProxySpec } from '../../libs/spec/proxy-spec.ts';
import type { TenantSpec } from '../../libs/spec/tenant-spec.ts';
import { openStubTenant, type StubTenant } from './stub-tenant.ts';
import { prepareWebServer, type WebServer, type WebServerOptions } from './web-server.ts';

export const baseDomain = 'mail.example.com';
const root = dirname(dirname(import.meta.dirname));

export type WorldTenant = { readonly name: string } & Partial<TenantSpec>;

export type ProxyWorld = AsyncDisposable & {
  readonly dir: string;
  readonly runDir: string;
  readonly web: WebServer;
  readonly spec: ProxySpec;
  /** What there is to apply for these tenants. */
  text(tenants: readonly WorldTenant[], changes?: Partial<ProxySpec>): Promise<ProxyText>;
};

/** A world whose web server serves stand-ins of tenants already. */
export type ServedWorld = ProxyWorld & {
  readonly stubs: ReadonlyMap<string, StubTenant>;
  readonly rendered: RenderedProxy;
};

export type WorldOptions = Omit<WebServerOptions, 'dir'> & {
  readonly spec?: (dir: string) => Partial<ProxySpec>;
  readonly tls?: boolean;
};

/** The web server runs, and takes in an empty output folder. */
export async function openProxyWorld(options: WorldOptions): Promise<ProxyWorld> {
  const world = await prepareWorld(options);
  await world.web.start();
  return world;
}

export async function openServedWorld(
  options: WorldOptions & {
    readonly tenants: readonly WorldTenant[] | ((dir: string) => Promise<readonly WorldTenant[]>);
  },
): Promise<ServedWorld> {
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await prepareWorld(options));
  const { dir, runDir, spec } = world;
  const tenants = typeof options.tenants === 'function' ? await options.tenants(dir) : options.tenants;
  const stubs = new Map<string, StubTenant>();
  for (const { id } of tenants.map(tenant => publishedTenant(runDir, tenant))) {
    stubs.set(id, stack.use(await openStubTenant(id, tenantSocketPath(runDir, id, 'http'))));
  }
  const { model, templates, mpctlVersion } = await world.text(tenants);
  const rendered = renderProxy(options.server, model, templates, mpctlVersion);
  await writeFiles(proxyPaths(spec.outputDir).current, rendered.files);
  await world.web.start();
  const owned = stack.move();
  return { ...world, stubs, rendered, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function prepareWorld(options: WorldOptions): Promise<ProxyWorld> {
  const dir = await mkdtemp(join(tmpdir(), 'mp-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  const runDir = join(dir, 'run');
  await mkdir(runDir, { mode: 0o711 });
  const { server } = options;
  const web = stack.use(await prepareWebServer({ ...options, dir }));
  const spec: ProxySpec = {
    ...fleetForTest([]).proxy,
    server,
    baseDomain,
    listen: [{ kind: 'tcp', host: '127.0.0.1', port: web.port }],
    tls: options.tls ? await tlsOf(dir, web.tlsPort) : noTls,
    outputDir: web.outputDir,
    checkCommand: web.checkCommand,
    reloadCommand: web.reloadCommand,
    probeUrl: `http://127.0.0.1:${web.port}/`,
    ...options.spec?.(dir),
  };
  const text = async (tenants: readonly WorldTenant[], changes: Partial<ProxySpec> = {}) => {
    const proxy = { ...spec, ...changes };
    const specs = tenants.map(tenant => publishedTenant(runDir, tenant));
    const { model, issues } = planProxy(fleetForTest(specs, { runDir, proxy }));
    const errors = issues.filter(({ severity }) => severity === 'error');
    if (!model || errors.length > 0) throw new Error(JSON.stringify(errors));
    const own = proxy.templatesDir === null ? [] : [proxy.templatesDir];
    const templates = await readTemplates([...own, join(root, `${server}-templates`)]);
    return { spec: proxy, model, templates, mpctlVersion: '0.0.0' };
  };
  const owned = stack.move();
  return { dir, runDir, web, spec, text, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

export function publishedTenant(runDir: string, { name, ...over }: WorldTenant): TenantSpec {
  return tenantForTest(name, { ownHost: `${name}.${baseDomain}`, auth: 'none', ...over }, runDir);
}

const noTls: ProxySpec['tls'] = { certificate: null, key: null, listen: [] };

async function tlsOf(dir: string, port: number): Promise<ProxySpec['tls']> {
  const { certificate, key } = await makeCertificate(dir, `*.${baseDomain}`);
  return { certificate, key, listen: [{ kind: 'tcp', host: '127.0.0.1', port }] };
}

/** A self-signed certificate that the web server can read. */
export async function makeCertificate(
  dir: string,
  host: string,
): Promise<{ certificate: string; key: string }> {
  const name = join(dir, host.replace('*', 'any'));
  const [certificate, key] = [`${name}.pem`, `${name}.key`];
  await execa('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, '-keyout', key, '-out', certificate],
  ]);
  await chmod(key, 0o644);
  return { certificate, key };
}

export async function writeFiles(dir: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of files) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
}
