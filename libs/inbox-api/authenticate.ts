import type { IncomingHttpHeaders } from 'node:http';
import type { InboxTenant } from './inbox-tenant.ts';
import { plainError, type Reply } from './reply.ts';

/** Whom a request says it is from (RFC 7617), true or not. */
export type BasicLogin = { readonly user: string; readonly password: string };

export function parseBasicLogin({ authorization = '' }: IncomingHttpHeaders): BasicLogin | null {
  const encoded = /^basic\s+([a-z0-9+/=_-]+)\s*$/i.exec(authorization)?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Null when the request may go on. */
export async function refuseLogin(
  tenant: InboxTenant,
  realm: 'pages' | 'send',
  login: BasicLogin | null,
): Promise<Reply | null> {
  if (!login) return unauthorized;
  const result = await tenant.login(realm, login.user, login.password);
  if (result === 'accepted') return null;
  return result === 'refused' ? unauthorized : plainError(503, 'Service Unavailable', { 'Retry-After': '1' });
}

const unauthorized = plainError(401, 'Unauthorized.', { 'WWW-Authenticate': 'Basic realm="Login"' });
