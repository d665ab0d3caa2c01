import type { IncomingHttpHeaders } from 'node:http';
import type { InboxSettings } from './inbox-tenant.ts';
import {
  type AllowedOrigins,
  hostOfOrigin,
  isLocalName,
  nameOfHost,
  parseAllowedOrigins,
} from './origins.ts';
import { plainError, type Reply } from './reply.ts';

/** What kind of thing a request asks for: it decides which rules hold. */
export type Surface =
  /** Answers whoever asks, with nothing of the tenant. */
  | 'health'
  | 'page'
  /** Read and written by programs, also of other origins where these are allowed. */
  | 'api';

export type Applicant = {
  readonly method: string;
  readonly surface: Surface;
  readonly headers: IncomingHttpHeaders;
  /** Asks for a WebSocket, which no browser's rule of origin would hold back. */
  readonly upgrade: boolean;
  /** The peer is on this machine and admitted by the file system: a web server in front, believed in what it forwards. */
  readonly local: boolean;
};

const writing = new Set(['POST', 'PUT', 'DELETE', 'PATCH']);

/** The refusal of whoever asks under a name that is not ours to answer to; null for everybody else. */
export function refuseStranger(applicant: Applicant, settings: InboxSettings): Reply | null {
  if (settings.suspended) return plainError(503, 'suspended');
  if (applicant.surface === 'health') return null;
  const name = nameOfHost(hostOf(applicant));
  if (name !== '' && (name === settings.ownHost || settings.hostnames.includes(name))) {
    return settings.auth === 'unset' ? noCredentials : null;
  }
  const isDirect =
    applicant.local && !Object.keys(applicant.headers).some(key => key.startsWith('x-forwarded-'));
  if (isLocalName(name) || isDirect) return null;
  return plainError(
    421,
    `${JSON.stringify(name)} is no host name of this inbox: add it to the tenant's hostnames`,
  );
}

/**
 * What pages of other origins may do: a refusal, or the headers that tell them. Decided on what was routed, not on what
 * was written.
 */
export function admitOrigin(applicant: Applicant, settings: InboxSettings): Reply | Record<string, string> {
  const { surface, method, headers } = applicant;
  if (surface === 'health') return {};
  const allowed = allowedOrigins(settings);
  const { origin } = headers;
  const isListed = isListedIn(allowed, origin);
  if (crosses(headers) && (applicant.upgrade || writing.has(method)) && !isListed) return blocked;
  if (surface === 'page' || isEmbedded(applicant)) return {};
  const isOwn = origin === undefined || (origin !== '' && hostOfOrigin(origin) === hostOf(applicant));
  if (!isListed && !isOwn) return blocked;
  return {
    'Access-Control-Allow-Origin': origin ?? '',
    'Access-Control-Allow-Methods': 'GET, POST, DELETE, PUT, OPTIONS',
    'Access-Control-Allow-Headers': '*',
  };
}

/**
 * Whether a look at a mail marks it read. HEAD changes nothing, neither do pages of other sites, nor what only embeds an
 * answer (a picture, a style) that nobody can read then. Clients that are no browsers say nothing of that, and may.
 */
export function mayMark({ method, headers, tenant }: Looker): boolean {
  if (method === 'HEAD' || headers['sec-fetch-mode'] === 'no-cors') return false;
  return !crosses(headers) || isListedIn(allowedOrigins(tenant.settings), headers.origin);
}

type Looker = Pick<Applicant, 'method' | 'headers'> & {
  readonly tenant: { readonly settings: InboxSettings };
};

/** A page of another site asks, by the word of its browser: over https and to this machine itself browsers give it. */
function crosses(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site';
}

function isListedIn(allowed: AllowedOrigins, origin: string | undefined): boolean {
  return allowed === 'any' || (origin !== undefined && allowed.has(hostOfOrigin(origin)));
}

/**
 * An image of a mail, asked for by the frame that the mail stands in: sandboxed, so that its origin is `null`. Nobody can
 * read the answer but by looking at it.
 */
function isEmbedded({ method, headers }: Applicant): boolean {
  if (headers.origin !== 'null' || writing.has(method)) return false;
  // Browsers tell the mode on https and to this machine itself only.
  const mode = headers['sec-fetch-mode'];
  return mode === 'no-cors' || (mode === undefined && /^(image|audio|video)\//.test(headers.accept ?? ''));
}

const blocked = plainError(403, 'Blocked due to CORS violation');

const noCredentials: Reply = {
  status: 403,
  type: 'text/html; charset=utf-8',
  body: `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>No credentials set</title>
<style>:root { color-scheme: light dark } body { font: 1rem/1.6 system-ui, sans-serif; margin: 4rem auto; max-width: 40rem; padding: 0 1rem }</style>
<h1>This inbox has no credentials yet</h1>
<p>It is reachable under a public name, so it stays closed until somebody decides who may read it.</p>
<p>Set a password with <code>mpctl tenant passwd</code>, or say <code>auth: none</code> for this tenant if everybody may.</p>
</html>
`,
};

/** The name under which the client knows us: what a web server in front says comes first. */
function hostOf({ headers, local }: Applicant): string {
  const forwarded = local
    ? String(headers['x-forwarded-host'] ?? '')
        .split(',', 1)[0]
        ?.trim()
    : '';
  return (forwarded || (headers.host ?? '')).toLowerCase();
}

const parsed = new WeakMap<InboxSettings, AllowedOrigins>();

function allowedOrigins(settings: InboxSettings): AllowedOrigins {
  const known = parsed.get(settings) ?? parseAllowedOrigins(settings.apiCors);
  parsed.set(settings, known);
  return known;
}
