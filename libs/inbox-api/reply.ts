import type { Readable } from 'node:stream';
import type { ByteSpan } from '../store/store.ts';

/** A body of which little is in memory: it is read while it is sent. */
export type StreamedBody = {
  readonly sizeBytes: number;
  /** That part of it, and nothing else; null: it is not there any more. */
  open(span: ByteSpan): Promise<Readable | null>;
};

/** An answer as a value: what a route decides, before anything is written. */
export type Reply = {
  readonly status: number;
  /** Content-Type; empty: none is sent. */
  readonly type: string;
  readonly body: string | Buffer | StreamedBody;
  /** Names in the case in which they are sent. They win over what every answer gets. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The body by gzip, where it is kept: what never changes is packed once and well. */
  readonly packed?: () => Buffer;
  /** Names this very content, without quotes: who has it already gets a 304. */
  readonly etag?: string;
  /** Parts of it may be asked for (RFC 9110 §14). Needs an etag. */
  readonly ranges?: boolean;
  /** The answer's policy allows scripts of our own files instead of scripts with a nonce. */
  readonly selfScripts?: boolean;
};

/** JSON text as it is written by Go: a line feed ends it. */
export const jsonText = (text: string, status = 200): Reply => ({
  status,
  type: 'application/json',
  body: `${text}\n`,
});

export const text = (body: string, status = 200): Reply => ({ status, type: 'text/plain', body });

/** The answer of writes. */
export const ok = text('ok');

export const badRequest = (message: string): Reply => ({ ...text(message, 400), selfScripts: true });

export const notFound: Reply = { ...text('404 page not found', 404), selfScripts: true };

/** For `latest` of an empty mailbox or of a search that finds nothing. */
export const messageNotFound: Reply = {
  status: 404,
  type: 'text/plain; charset=utf-8',
  body: 'Message not found',
};

/** What the server itself says, apart from any route. */
export const plainError = (status: number, message: string, headers: Record<string, string> = {}): Reply => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${message}\n`,
  headers: { 'X-Content-Type-Options': 'nosniff', ...headers },
});

/** What is asked for is more than is allowed: ever, or now. */
export const overLimit = ({ status, message }: { status: number; message: string }): Reply =>
  status === 400 ? badRequest(message) : plainError(status, message, { 'Retry-After': '1' });

/** A redirect as Go writes it. */
export function redirect(status: 302 | 307, location: string, withBody: boolean): Reply {
  const name = status === 302 ? 'Found' : 'Temporary Redirect';
  const href = location.replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);
  return {
    status,
    type: withBody ? 'text/html; charset=utf-8' : '',
    body: withBody ? `<a href="${href}">${name}</a>.\n\n` : '',
    headers: { Location: location },
  };
}
