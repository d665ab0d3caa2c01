/** How a listener speaks, and whom it believes: what SMTP and POP3 have in common. */
import type { SecureContext } from 'node:tls';

export type LineListener = {
  readonly tls: 'none' | 'starttls' | 'implicit';
  /** A PROXY header must come first, and is believed. */
  readonly proxyProtocol: boolean;
  /** 0: no limit of its own. */
  readonly maxConnections: number;
  /** The certificate to show, asked for at each handshake. Throws CERTIFICATE_UNUSABLE when there is none. */
  secureContext(): Promise<SecureContext>;
};

/** Neither TLS nor trust. */
export const plainLineListener: LineListener = {
  tls: 'none',
  proxyProtocol: false,
  maxConnections: 0,
  secureContext: () => Promise.reject(new Error('this listener has no certificate')),
};

/** Of the sessions, how many came by this listener. */
export function countOn(listener: object, sessions: Iterable<{ readonly listener: object }>): number {
  let count = 0;
  for (const session of sessions) if (session.listener === listener) count++;
  return count;
}

/** The listener's own limit of connections where it is broken, or null. `live` counts the one that has just come. */
export function listenerLimit(listener: LineListener, live: () => number): string | null {
  const { maxConnections } = listener;
  return maxConnections > 0 && live() > maxConnections ? `(limit maxConnections: ${maxConnections})` : null;
}
