/**
 * The web server's share: render, check and reload, and its memory, for fleets of each size in each mode, beside one bare
 * server; and the list of a tenant through nginx beside its bare socket. `MPCTL_BENCH_PARTS=sizes,list`,
 * `MPCTL_BENCH_SERVERS=nginx,apache`, `MPCTL_BENCH_MODES=wildcard,map,vhost`, `MPCTL_BENCH_SIZES=100,1000,9000` choose.
 */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { planProxy } from '../../libs/proxy/plan-proxy.ts';
import { probeHost } from '../../libs/proxy/proxy-model.ts';
import { renderProxy } from '../../libs/proxy/render-proxy.ts';
import { applyProxy } from '../../libs/proxy-apply/apply-proxy.ts';
import { runCommand } from '../../libs/proxy-apply/run-command.ts';
import { servedHash } from '../../libs/proxy-apply/served-hash.ts';
import { fleetForTest } from '../../libs/reconcile/fleet-for-tests.ts';
import type { ProxyMode, ProxyServer } from '../../libs/spec/proxy-spec.ts';
import { mpctlPath } from '../harness/fleet.ts';
import { openProxyWorld, type ProxyWorld, publishedTenant } from '../harness/proxy-world.ts';
import { openPublished } from '../harness/published-fleet.ts';
import { SmtpTalk } from '../harness/smtp-talk.ts';
import { type Figure, quantile, renderFigures, round, shown } from './figures.ts';
import { processTree, pssBytes } from './processes.ts';

const chosen = (name: string, usual: string) => (process.env[`MPCTL_BENCH_${name}`] ?? usual).split(',');
const parts = chosen('PARTS', 'sizes,list');
const servers = chosen('SERVERS', 'nginx,apache') as ProxyServer[];
const sizes = chosen('SIZES', '100,1000,9000').map(Number);
const modes = chosen('MODES', 'wildcard,map,vhost') as ProxyMode[];

const ms = (value: number) => `${round(value)} ms`;

async function timed<T>(work: () => Promise<T>): Promise<[ms: number, result: T]> {
  const startedAtMs = performance.now();
  const result = await work();
  return [performance.now() - startedAtMs, result];
}

/** All processes of the web server, when those of the former text have ended. */
async function memoryOf({ web }: ProxyWorld): Promise<string> {
  await sleep(1500);
  const bytes = processTree(web.pid()).reduce((sum, pid) => sum + pssBytes(pid), 0);
  return `${round(bytes / 1e6)} MB`;
}

async function checkMs({ web }: ProxyWorld): Promise<number> {
  const [took, { ok, output }] = await timed(() => runCommand(web.checkCommand));
  if (!ok) throw new Error(output);
  return took;
}

async function measureBare(server: ProxyServer): Promise<Figure> {
  await using world = await openProxyWorld({ server });
  const check = await checkMs(world);
  return shown(`${server}, one bare server`, `check ${ms(check)}, ${await memoryOf(world)}`);
}

async function measureSize(server: ProxyServer, mode: ProxyMode, size: number): Promise<Figure> {
  await using world = await openProxyWorld({ server, spec: () => ({ mode }) });
  const tenants = Array.from({ length: size }, (_, at) => {
    const name = `t${String(at).padStart(5, '0')}`;
    return { name, hostnames: mode === 'wildcard' ? [] : [`${name}.example.net`] };
  });
  const text = await world.text(tenants);
  const specs = tenants.map(tenant => publishedTenant(world.runDir, tenant));
  const fleet = fleetForTest(specs, { runDir: world.runDir, proxy: world.spec });
  const renders: number[] = [];
  for (let run = 0; run < 3; run++) {
    const [took] = await timed(async () => {
      const { model } = planProxy(fleet);
      if (model) renderProxy(server, model, text.templates, text.mpctlVersion);
    });
    renders.push(took);
  }
  const first = await applyProxy(text, { patienceMs: 60_000 });
  if (first.state !== 'applied') throw new Error(first.failure?.output);
  const check = await checkMs(world);
  // Another text of the same size: written and checked, so that the reload alone is left.
  const other = await world.text(tenants, { acmeRoot: '/var/www/acme' });
  const { hash } = await applyProxy(other, { reload: false });
  const [reload] = await timed(async () => {
    await runCommand(world.web.reloadCommand);
    const host = probeHost(world.spec.baseDomain);
    while ((await servedHash(world.spec.probeUrl, host)) !== hash) await sleep(2);
  });
  const measured = `render ${ms(quantile(renders, 0.5))}, check ${ms(check)}, reload ${ms(reload)}`;
  return shown(`${server} ${mode}, ${size} tenants`, `${measured}, ${await memoryOf(world)}`);
}

const mails = 500;
const listPath = '/api/v1/messages?limit=50';

/** Requests for so long over kept connections; each at its own rate. */
async function ask(target: object, connections: number, forMs: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  const endAtMs = performance.now() + forMs;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      request({ ...target, agent, path: listPath }, response => {
        if (response.statusCode !== 200) reject(new Error(String(response.statusCode)));
        response.resume().on('end', resolve);
      })
        .on('error', reject)
        .end();
    });
  const client = async () => {
    while (performance.now() < endAtMs) times.push((await timed(one))[0]);
  };
  await Promise.all(Array.from({ length: connections }, client));
  agent.destroy();
  return { perSecond: (times.length * 1000) / forMs, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

async function measureList(server: ProxyServer): Promise<Figure[]> {
  await using world = await openPublished({ server, tenants: '  shop: { auth: none }\n' });
  await world.until('applied');
  using talk = new SmtpTalk(world.fleet.socketPath('shop', 'smtp'));
  await talk.reply();
  await talk.say('EHLO client');
  for (let i = 0; i < mails; i++) {
    for (const line of ['MAIL FROM:<a@shop.test>', 'RCPT TO:<b@shop.test>', 'DATA']) await talk.say(line);
    await talk.say(
      `From: Shop <a@shop.test>\r\nTo: b@shop.test\r\nSubject: Order ${i}\r\n\r\nThank you.\r\n.`,
    );
  }
  const direct = { socketPath: world.fleet.socketPath('shop', 'http') };
  const through = { host: '127.0.0.1', port: world.web.port, headers: { host: 'shop.mail.example.com' } };
  for (const warm of [direct, through]) await ask(warm, 16, 1000);
  const figures: Figure[] = [];
  for (const connections of [1, 16]) {
    const bare = await ask(direct, connections, 4000);
    const served = await ask(through, connections, 4000);
    const said = ({ perSecond, p50, p99 }: typeof bare) =>
      `${Math.round(perSecond)}/s, p50 ${ms(p50)}, p99 ${ms(p99)}`;
    const name = `list of 50 through ${server}, ${connections} kept connection${connections > 1 ? 's' : ''}`;
    figures.push(shown(name, said(served), `${said(bare)}: the bare socket`));
  }
  return figures;
}

await execa(mpctlPath, ['version']);
if (parts.includes('sizes')) {
  const figures: Figure[] = [];
  for (const server of servers) {
    figures.push(await measureBare(server));
    for (const mode of modes) {
      for (const size of sizes) {
        const figure = await measureSize(server, mode, size);
        figures.push(figure);
        console.error(`${figure.name}: ${figure.measured}`);
      }
    }
  }
  console.log(renderFigures('Web server, by tenants', figures));
}
if (parts.includes('list')) {
  const figures: Figure[] = [];
  for (const server of servers) figures.push(...(await measureList(server)));
  console.log(renderFigures('List through the web server', figures));
}
