import { apiVersion } from '../api-version.ts';
import { renderIndex } from '../app-files.ts';
import type { InboxRequest } from '../inbox-request.ts';
import { plainError, type Reply } from '../reply.ts';
import { getPage } from './page.ts';

/** The inbox app, whatever the path below it: the app looks at the path. `?plain=1` is the page without a script. */
export function getApp(request: InboxRequest): Promise<Reply> | Reply {
  const { app, tenant, nonce, query } = request;
  if (app === null || query.get('plain') === '1') return getPage(request);
  const label = tenant.settings.label || tenant.id;
  return {
    status: 200,
    type: 'text/html; charset=utf-8',
    body: renderIndex(app.index, { webroot: tenant.settings.webroot, version: apiVersion, label, nonce }),
    headers: { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-cache' },
  };
}

/** `GET dist/{name}`: a file of the app. Its name changes with its content, so it may be kept for ever. */
export function getAppFile({ app, segments }: InboxRequest): Reply {
  const file = segments.length === 2 ? app?.files.get(segments[1] ?? '') : undefined;
  if (file === undefined) return plainError(404, 'File not found');
  return {
    status: 200,
    type: file.type,
    body: file.body,
    headers: {
      'Cache-Control': 'max-age=31536000, public, immutable',
      'X-Content-Type-Options': 'nosniff',
    },
  };
}
