import type { Handler, Method, Route } from './inbox-request.ts';
import { plainError, text } from './reply.ts';
import { deleteMessages } from './routes/delete-messages.ts';
import { livez, readyz } from './routes/health.ts';
import { listMessages } from './routes/list-messages.ts';
import { getMessage, getRaw } from './routes/message.ts';
import { getPage } from './routes/page.ts';

const api = (method: Method, path: string, handle: Handler): Route => ({
  method,
  path: `/api/v1/${path}`,
  surface: 'api',
  handle,
});

const page = (path: string, handle: Handler): Route => ({ method: 'GET', path, surface: 'page', handle });

const noFile = () => plainError(404, 'File not found');

/** Every route of a tenant's HTTP. A GET answers HEAD too. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/livez', surface: 'health', handle: livez },
  { method: 'GET', path: '/readyz', surface: 'health', handle: readyz },

  page('/', getPage),
  page('/dist/*', noFile),

  api('GET', 'messages', listMessages),
  api('DELETE', 'messages', deleteMessages),
  api('GET', 'message/:id', getMessage),
  api('GET', 'message/:id/raw', getRaw),
  api('OPTIONS', '*', () => text('')),
  { method: 'GET', path: '/api/*', surface: 'api', handle: noFile },
];

/** Methods of a path, as `Allow` lists them; empty when there is nothing. */
export function methodsAt(segments: readonly string[]): readonly string[] {
  const methods = new Set<string>();
  for (const { method, path } of routes) {
    if (!isMatch(path.slice(1).split('/'), segments)) continue;
    methods.add(method);
    if (method === 'GET') methods.add('HEAD');
  }
  return [...methods].sort();
}

function isMatch(pattern: readonly string[], segments: readonly string[]): boolean {
  const open = pattern.at(-1) === '*';
  if (open ? segments.length < pattern.length : segments.length !== pattern.length) return false;
  return pattern.every((part, index) => {
    if (part === '*') return true;
    return part.startsWith(':') ? segments[index] !== '' : part === segments[index];
  });
}
