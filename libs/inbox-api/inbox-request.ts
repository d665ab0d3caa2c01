import type { IncomingHttpHeaders } from 'node:http';
import type { InboxTenant } from './inbox-tenant.ts';
import type { Reply } from './reply.ts';

/** A request as routes see it: the tenant is known, the path is matched. */
export type InboxRequest = {
  readonly tenant: InboxTenant;
  readonly method: string;
  /** Percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string;
  readonly nowMs: number;
  /** Reads the body, once; throws {@link BodyTooLarge}. */
  readonly body: () => Promise<string>;
};

export type Handler = (request: InboxRequest) => Promise<Reply> | Reply;

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the webroot, e.g. `/api/v1/message/:id`. */
  readonly path: string;
  readonly handle: Handler;
};

/** A client sent more than a route takes. */
export class BodyTooLarge extends Error {}

/** HEAD is answered by the GET route, which must not change anything then. */
export function mayChange(request: InboxRequest): boolean {
  return request.method !== 'HEAD';
}
