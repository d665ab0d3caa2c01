import type { Route } from './inbox-request.ts';
import { deleteMessages } from './routes/delete-messages.ts';
import { livez, readyz } from './routes/health.ts';
import { listMessages } from './routes/list-messages.ts';
import { getMessage, getRaw } from './routes/message.ts';
import { getPage } from './routes/page.ts';

/** Every route of a tenant's HTTP. A GET answers HEAD too. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/', handle: getPage },
  { method: 'GET', path: '/livez', handle: livez },
  { method: 'GET', path: '/readyz', handle: readyz },
  { method: 'GET', path: '/api/v1/messages', handle: listMessages },
  { method: 'DELETE', path: '/api/v1/messages', handle: deleteMessages },
  { method: 'GET', path: '/api/v1/message/:id', handle: getMessage },
  { method: 'GET', path: '/api/v1/message/:id/raw', handle: getRaw },
];
