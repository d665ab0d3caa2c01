import { Refusal } from '../base/refusal.ts';
import type { TenantChange } from '../spec/edit-files.ts';
import type { ControlHost } from './control-host.ts';
import { renderMetrics } from './render-metrics.ts';
import {
  parseAdd,
  parseArchive,
  parseBackup,
  parsePassword,
  parseRename,
  parseRestore,
  parseRestoreBackup,
  parseSet,
} from './request-body.ts';

export type ControlRequest = {
  readonly method: string;
  /** e.g. `/v1/tenants/project-a` */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined: none came. */
  readonly body: unknown;
  /** Whoever asked does not wait any more. */
  readonly gone: AbortSignal;
};

export type ControlReply = {
  readonly status: number;
  /** Text for Prometheus, anything else becomes JSON. */
  readonly content: unknown;
};

type Call = {
  readonly host: ControlHost;
  /** What stands for `:name` in the path. */
  readonly name: string;
  readonly request: ControlRequest;
};

type Route = readonly [method: string, path: string, answer: (call: Call) => Promise<ControlReply>];

/** The table of `control-http.ts`. */
const routes: readonly Route[] = [
  ['GET', '/metrics', async ({ host }) => reply(renderMetrics(await host.status()))],
  ['GET', '/v1/status', async ({ host }) => reply(await host.status())],
  ['POST', '/v1/plan', async ({ host }) => reply(await host.plan())],
  ['POST', '/v1/apply', async ({ host, request }) => reply(await host.apply(isSet(request, 'confirm')))],
  ['POST', '/v1/proxy/retry', async ({ host }) => reply((await host.retryProxy()) ?? {})],
  ['GET', '/v1/tenants', async ({ host }) => reply(await host.list())],
  ['POST', '/v1/tenants', call => change(call, { verb: 'add', ...parseAdd(call.request.body) }, 201)],
  ['GET', '/v1/tenants/:name', async ({ host, name }) => reply(await host.show(name))],
  ['GET', '/v1/tenants/:name/sessions', async ({ host, name }) => reply(await host.sessions(name))],
  [
    'PATCH',
    '/v1/tenants/:name',
    call => change(call, { verb: 'set', name: call.name, ...parseSet(call.request.body) }),
  ],
  ['DELETE', '/v1/tenants/:name', call => change(call, { verb: 'remove', name: call.name })],
  [
    'POST',
    '/v1/tenants/:name/rename',
    call => change(call, { verb: 'rename', name: call.name, ...parseRename(call.request.body) }),
  ],
  [
    'POST',
    '/v1/tenants/:name/passwd',
    call => change(call, { verb: 'passwd', name: call.name, ...parsePassword(call.request.body) }),
  ],
  ['POST', '/v1/tenants/:name/suspend', call => change(call, { verb: 'suspend', name: call.name })],
  ['POST', '/v1/tenants/:name/resume', call => change(call, { verb: 'resume', name: call.name })],
  [
    'POST',
    '/v1/tenants/:name/restore',
    async ({ host, name, request }) => reply(await host.restore(name, parseRestore(request.body))),
  ],
  ['POST', '/v1/backup', async ({ host, request }) => reply(await host.backup(parseBackup(request.body)))],
  [
    'POST',
    '/v1/restore',
    async ({ host, request }) => reply(await host.restoreBackup(parseRestoreBackup(request.body))),
  ],
  ['POST', '/v1/tenants/:name/repair', async ({ host, name }) => reply(await host.repair(name))],
  [
    'POST',
    '/v1/tenants/:name/export',
    async ({ host, name, request }) =>
      reply(await host.exportMail(name, parseArchive(request.body).path, request.gone)),
  ],
  [
    'POST',
    '/v1/tenants/:name/import',
    async ({ host, name, request }) => {
      const { path, allowPrune } = parseArchive(request.body);
      return reply(await host.importMail(name, path, allowPrune));
    },
  ],
];

/** Answers a request, or throws what becomes a `ControlError`. */
export async function answer(host: ControlHost, request: ControlRequest): Promise<ControlReply> {
  for (const [method, pattern, handler] of routes) {
    const name = method === request.method ? matchPath(pattern, request.path) : null;
    if (name !== null) return handler({ host, name, request });
  }
  throw new Refusal('ROUTE_NOT_FOUND', `there is no ${request.method} ${request.path}`);
}

/** What stands for `:name`, empty where the pattern has none; null: the path is another. */
function matchPath(pattern: string, path: string): string | null {
  const match = new RegExp(`^${pattern.replace(':name', '(?<name>[^/]+)')}$`).exec(path);
  try {
    return match && decodeURIComponent(match.groups?.name ?? '');
  } catch {
    throw new Refusal('BAD_REQUEST', `${path} is not a path`);
  }
}

async function change({ host, request }: Call, change: TenantChange, status = 200): Promise<ControlReply> {
  if (isSet(request, 'dryRun')) return reply(await host.preview(change));
  return reply(await host.change(change), status);
}

function isSet({ query }: ControlRequest, name: string): boolean {
  return query.get(name) === '1';
}

function reply(content: unknown, status = 200): ControlReply {
  return { status, content };
}
