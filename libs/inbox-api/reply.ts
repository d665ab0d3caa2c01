import type { Readable } from 'node:stream';

/** An answer as a value: what a route decides, before anything is written. */
export type Reply = {
  readonly status: number;
  /** Content-Type; empty: none is sent. */
  readonly type: string;
  readonly body: string | Buffer | Readable;
  /** Names in the case in which they are sent. */
  readonly headers?: Readonly<Record<string, string>>;
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

export const badRequest = (message: string): Reply => text(message, 400);

export const notFound = text('404 page not found', 404);

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
