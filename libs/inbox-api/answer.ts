import { MpctlError } from '../base/error.ts';
import { BadJson } from '../base/go-json.ts';
import type { Logger } from '../base/log.ts';
import { type Applicant, admitOrigin, refuseStranger } from './admission.ts';
import { escapeHtml } from './app-files.ts';
import { parseBasicLogin, refuseLogin } from './authenticate.ts';
import { contentSecurityPolicy } from './content-security.ts';
import { BodyTooLarge, type InboxRequest, OverLimit, type Route } from './inbox-request.ts';
import type { InboxTenant } from './inbox-tenant.ts';
import { badRequest, overLimit, plainError, type Reply, redirect } from './reply.ts';
import type { RequestTarget } from './request-target.ts';
import { methodsAt } from './routes.ts';

/** An answer, and whether it may be compressed: what the server says by itself is not. */
export type Answer = { readonly reply: Reply; readonly compressible: boolean };

const bare = (reply: Reply): Answer => ({ reply, compressible: false });

/** The answer of a route, after everything that stands before it: name, origin, login. */
export async function answerRoute(
  request: InboxRequest,
  route: Route,
  applicant: Applicant,
  log: Logger,
): Promise<Answer> {
  const { tenant } = request;
  const { settings } = tenant;
  const stranger = refuseStranger(applicant, settings);
  if (stranger) return bare(stranger);
  if (applicant.surface === 'health') return bare(await handled(request, route, log));

  const login = parseBasicLogin(request.headers);
  const ownAuth = route.submission === true && settings.sendAuth !== 'pages';
  if (ownAuth && settings.sendAuth === 'own') {
    const refusal = await refuseLogin(tenant, 'send', login);
    if (refusal) return bare(refusal);
  }
  const headers = {
    'Referrer-Policy': 'no-referrer',
    'Content-Security-Policy': contentSecurityPolicy(settings, request.nonce),
  };
  const origin = admitOrigin(applicant, settings);
  if (isReply(origin)) return bare(withHeaders(origin, headers));
  const preflight = request.method === 'OPTIONS' && settings.apiCors.length > 0;
  if (settings.auth === 'required' && !ownAuth && !preflight) {
    const refusal = await refuseLogin(tenant, 'pages', login);
    if (refusal) return bare(withHeaders(refusal, { ...headers, ...origin }));
  }
  const reply = await handled(request, route, log);
  const policy = reply.selfScripts
    ? { 'Content-Security-Policy': contentSecurityPolicy(settings, null) }
    : {};
  return { reply: withHeaders(reply, { ...headers, ...origin, ...policy }), compressible: true };
}

/** The answer where no route is: to another name, to nothing, or to a method that the path has not. */
export function answerUnrouted(
  target: RequestTarget,
  applicant: Applicant,
  settings: InboxRequest['tenant']['settings'],
): Answer {
  const stranger = refuseStranger(applicant, settings);
  if (stranger) return bare(stranger);
  const { method } = applicant;
  const isRead = method === 'GET' || method === 'HEAD';
  switch (target.kind) {
    case 'malformed':
      return bare({
        status: 400,
        type: 'text/plain; charset=utf-8',
        body: '400 Bad Request',
        headers: { Connection: 'close' },
      });
    case 'server':
      return bare({ status: method === 'OPTIONS' ? 200 : 400, type: '', body: '' });
    case 'redirect':
      return bare(redirect(target.status, target.location, isRead));
    case 'outside':
      return bare(plainError(404, '404 page not found'));
    case 'path': {
      if (isRead)
        return bare(
          isNavigation(applicant) ? nowhere(settings.webroot) : plainError(404, '404 page not found'),
        );
      const methods = methodsAt(target.segments);
      const allow = methods.length > 0 ? methods : ['GET', 'HEAD'];
      return bare(plainError(405, 'Method Not Allowed', { Allow: allow.join(', ') }));
    }
  }
}

/** A person at a browser: programs say that they take anything, or nothing. */
const isNavigation = ({ surface, headers }: Applicant) =>
  surface === 'page' && (headers.accept ?? '').includes('text/html');

/** What programs are told in a line, with a way to the inbox. */
const nowhere = (webroot: string): Reply => ({
  status: 404,
  type: 'text/html; charset=utf-8',
  body:
    '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>404 page not found</title>' +
    `<h1>404 page not found</h1><p><a href="${escapeHtml(webroot)}">To the inbox</a></p>\n`,
  headers: {
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'",
    Vary: 'Accept',
  },
});

async function handled(request: InboxRequest, route: Route, log: Logger): Promise<Reply> {
  try {
    return await route.handle(request);
  } catch (error) {
    return failed(error, request.tenant, log);
  }
}

/** The answer where there should have been another. */
export function failed(error: unknown, { id }: InboxTenant, log: Logger): Reply {
  if (error instanceof BadJson) return badRequest(error.message);
  if (error instanceof BodyTooLarge) return badRequest('http: request body too large');
  if (error instanceof OverLimit) return overLimit(error);
  // What is wrong with the mailbox was told once by the store.
  if (error instanceof MpctlError && error.code.startsWith('STORE_'))
    return plainError(503, error.code === 'STORE_FULL' ? 'no room on the disk' : 'Service Unavailable');
  if (error instanceof MpctlError && error.code.startsWith('SLOW_WORK_')) return tooSlow;
  // Who went away while speaking is no failure of ours.
  const isGone = (error as NodeJS.ErrnoException).code === 'ECONNRESET';
  log[isGone ? 'debug' : 'error']({ tenant: id, err: error }, 'request failed');
  return plainError(500, 'Internal Server Error');
}

const tooSlow = plainError(503, 'too much large mail is being read at once, or it takes too long to read', {
  'Retry-After': '10',
});

function isReply(value: Reply | Record<string, string>): value is Reply {
  return typeof value.status === 'number';
}

function withHeaders(reply: Reply, headers: Record<string, string>): Reply {
  return { ...reply, headers: { ...headers, ...reply.headers } };
}
