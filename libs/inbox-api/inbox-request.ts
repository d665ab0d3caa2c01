import type { IncomingHttpHeaders } from 'node:http';
import type { Surface } from './admission.ts';
import type { AppFiles } from './app-files.ts';
import type { EventHub } from './event-hub.ts';
import type { InboxSettings, InboxTenant } from './inbox-tenant.ts';
import type { MailRunner } from './mail-runner.ts';
import type { Reply } from './reply.ts';

/** A request as routes see it: the tenant is known, the path is matched, the client is let in. */
export type InboxRequest = {
  readonly tenant: InboxTenant;
  readonly method: string;
  /** Below the webroot, percent-decoded one by one. */
  readonly segments: readonly string[];
  /** Of the route's pattern, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string;
  /** Whom the client says it is, believed or not; empty when it says nothing. */
  readonly user: string;
  readonly nowMs: number;
  /** Marks scripts and styles that the answer's policy lets run. */
  readonly nonce: string;
  /** The inbox app, if it was built. */
  readonly app: AppFiles | null;
  /** Reads mail where it holds nobody up. */
  readonly mailJob: MailRunner;
  /** What takes more than a moment, such as a search, with what is made of it: a tenant may have a few at a time. */
  readonly atLength: DoLongWork;
  /** To be waited for now and then by whoever computes for more than a few milliseconds. */
  readonly nextTurn: () => Promise<void>;
  /** The tenant's live side. */
  readonly hub: EventHub;
  /** The connection may be still for so long, since the answer takes time. */
  readonly allowSilence: (ms: number) => void;
  /** Calls back when the client has its answer or has gone away before it. */
  readonly whenGone: (gone: () => void) => void;
  /** Throws when the client has gone away: to be asked now and then by whoever works at length. */
  readonly unlessGone: () => void;
  /** Reads the body, once; throws {@link BodyTooLarge}, or {@link OverLimit} while others of the tenant take too much. */
  readonly body: () => Promise<Buffer>;
};

/** Does long work for one request when there is room for it. Throws {@link OverLimit} when too much waits already. */
export type DoLongWork = <Result>(work: () => Promise<Result>) => Promise<Result>;

export type Handler = (request: InboxRequest) => Promise<Reply> | Reply;

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS';

export type Route = {
  readonly method: Method;
  /** Below the webroot, e.g. `/api/v1/message/:id`; `*` at its end is anything. */
  readonly path: string;
  readonly surface: Surface | ((segments: readonly string[]) => Surface);
  readonly handle: Handler;
  /** Takes a mail: credentials and size of body are those of mail. */
  readonly submission?: true;
  /** Without it the path is as unknown as any. */
  readonly isOn?: (settings: InboxSettings) => boolean;
};

/** A client sent more than a route takes. */
export class BodyTooLarge extends Error {}

/** A client asks for more than it may have; the message is for it. */
export class OverLimit extends Error {
  readonly status: 400 | 503;

  constructor(message: string, status: 400 | 503 = 400) {
    super(message);
    this.status = status;
  }
}
