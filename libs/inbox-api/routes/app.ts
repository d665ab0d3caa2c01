import { gzipSync } from 'node:zlib';
import { apiVersion } from '../api-version.ts';
import { type FirstRows, renderIndex } from '../app-files.ts';
import { contentSecurityPolicy } from '../content-security.ts';
import type { InboxRequest } from '../inbox-request.ts';
import { readNumber } from '../page-numbers.ts';
import { plainError, type Reply } from '../reply.ts';
import { listMessages } from './messages.ts';
import { getPage } from './page.ts';

/** The inbox app, whatever the path below it: the app looks at the path. `?plain=1` is the page without a script. */
export async function getApp(request: InboxRequest): Promise<Reply> {
  const { app, tenant, nonce, query } = request;
  if (app === null || query.get('plain') === '1') return getPage(request);
  const label = tenant.settings.label || tenant.id;
  // Browsers say that they want a page; whoever only looks whether somebody answers opens no mailbox by it.
  const isOpened = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
  const first = isOpened && request.segments.join('') === '' ? await firstRows(request) : null;
  return {
    status: 200,
    type: 'text/html; charset=utf-8',
    body: renderIndex(app.index, {
      webroot: tenant.settings.webroot,
      version: apiVersion,
      label,
      login: request.user,
      nonce,
      first,
    }),
    headers: {
      // Else a page of elsewhere could lay it under its own buttons.
      'Content-Security-Policy': `${contentSecurityPolicy(tenant.settings, nonce)} frame-ancestors 'self';`,
      'X-Frame-Options': 'SAMEORIGIN',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': first === null ? 'no-cache' : 'no-store',
    },
  };
}

/** Rows that the app asks for at a time. */
const pageRows = 50;

/** What the app would ask for at once: with it in the page the rows stand a round trip sooner. */
async function firstRows({ query, hub, ...request }: InboxRequest): Promise<FirstRows | null> {
  const { cursor } = hub.changesSince('');
  const start = readNumber(query.get('start'), 0, 0);
  const asked = new URLSearchParams({
    start: String(start - (start % pageRows)),
    limit: String(pageRows),
  });
  try {
    return { cursor, json: String((await listMessages({ ...request, query: asked })).body) };
  } catch {
    // A mailbox that cannot be read: the app asks for it, and says so.
    return null;
  }
}

/** By file of the app, when somebody asked for it. */
const packedFiles = new WeakMap<Buffer, Buffer>();

function pack(body: Buffer): Buffer {
  const packed = packedFiles.get(body) ?? gzipSync(body, { level: 9 });
  packedFiles.set(body, packed);
  return packed;
}

/** `GET dist/{name}`: a file of the app. Its name changes with its content, so it may be kept for ever. */
export function getAppFile({ app, segments }: InboxRequest): Reply {
  const file = segments.length === 2 ? app?.files.get(segments[1] ?? '') : undefined;
  if (file === undefined) return plainError(404, 'File not found');
  return {
    status: 200,
    type: file.type,
    body: file.body,
    packed: () => pack(file.body),
    headers: {
      'Cache-Control': 'max-age=31536000, public, immutable',
      'X-Content-Type-Options': 'nosniff',
    },
  };
}
