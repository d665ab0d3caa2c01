import type { Handler, Method, Route } from './inbox-request.ts';
import { plainError, text } from './reply.ts';
import { getApiPage } from './routes/api-page.ts';
import { getApp, getAppFile } from './routes/app.ts';
import { getChaos, getInfo, getSwagger, getWebUi, setChaos } from './routes/application.ts';
import { getConnect } from './routes/connect.ts';
import { listDays } from './routes/days.ts';
import { livez, readyz } from './routes/health.ts';
import { checksOff, notHereYet } from './routes/later.ts';
import { getChanges, waitForMessage } from './routes/live.ts';
import { getHeaders, getMessage, getPart, getRaw, getStructure } from './routes/message.ts';
import {
  deleteBySearch,
  deleteMessages,
  listMessages,
  markMessages,
  searchMessages,
} from './routes/messages.ts';
import { getMetrics } from './routes/metrics.ts';
import { sendMail } from './routes/send.ts';
import { listSessions } from './routes/sessions.ts';
import { deleteTag, listTags, renameTag, setTags } from './routes/tags.ts';
import { getView } from './routes/view.ts';

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

  page('/', getApp),
  page('/search', getApp),
  // The HTML of a mail is read by programs as the API is.
  {
    ...page('/view/*', getView),
    surface: at => (at.length === 2 && at[1]?.endsWith('.html') ? 'api' : 'page'),
  },
  page('/dist/*', getAppFile),
  page('/proxy', notHereYet),
  { ...page('/metrics', getMetrics), isOn: settings => settings.prometheus },

  api('GET', 'messages', listMessages),
  api('PUT', 'messages', markMessages),
  api('DELETE', 'messages', deleteMessages),
  api('GET', 'search', searchMessages),
  api('DELETE', 'search', deleteBySearch),
  { ...api('POST', 'send', sendMail), submission: true },

  api('GET', 'tags', listTags),
  api('PUT', 'tags', setTags),
  api('PUT', 'tags/:tag', renameTag),
  api('DELETE', 'tags/:tag', deleteTag),

  api('GET', 'message/:id', getMessage),
  api('GET', 'message/:id/headers', getHeaders),
  api('GET', 'message/:id/raw', getRaw),
  api('GET', 'message/:id/structure', getStructure),
  api('GET', 'message/:id/part/:part', getPart),
  api('GET', 'message/:id/part/:part/thumb', notHereYet),
  api('POST', 'message/:id/release', notHereYet),
  api('GET', 'message/:id/html-check', notHereYet),
  api('GET', 'message/:id/link-check', notHereYet),
  api('GET', 'message/:id/sa-check', checksOff),

  api('GET', 'wait', waitForMessage),
  api('GET', 'changes', getChanges),
  api('GET', 'days', listDays),
  api('GET', 'connect', getConnect),
  api('GET', 'sessions', listSessions),
  // Reached only by what is no WebSocket.
  { method: 'GET', path: '/api/events', surface: 'api', handle: () => plainError(400, 'Bad Request') },

  api('GET', '', getApiPage),
  api('GET', 'swagger.json', getSwagger),
  api('GET', 'info', getInfo),
  api('GET', 'webui', getWebUi),
  api('GET', 'chaos', getChaos),
  api('PUT', 'chaos', setChaos),
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
