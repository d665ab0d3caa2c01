import { randomFillSync } from 'node:crypto';
import type { InboxSettings } from './inbox-tenant.ts';

/** Random bytes are cheaper by the page than by the request. */
const pool = Buffer.alloc(16 * 256);
let used = pool.length;

/** 22 characters that nobody can guess, for one answer. */
export function newNonce(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return pool.toString('base64url', used - 16, used);
}

/** The policy of the inbox's own pages and of its API. Scripts: those with the nonce, or with null those of our own files. */
export function contentSecurityPolicy(settings: InboxSettings, nonce: string | null): string {
  const remote = settings.blockRemoteCssAndFonts ? "'self'" : '*';
  return (
    `default-src 'self'; script-src ${nonce === null ? "'self'" : `'nonce-${nonce}'`}; ` +
    `style-src ${remote} 'unsafe-inline'; frame-src 'self'; img-src * data: blob:; font-src ${remote} data:; ` +
    `media-src 'self'; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'self';`
  );
}
