import type { Connection } from './connection.ts';
import type { LineListener } from './listener.ts';

/** What a protocol says to a client that asked for TLS, and does when it is there. */
export type TlsSayings = {
  /** The handshake follows. */
  readonly ready: () => void;
  /** There is no certificate to show. */
  readonly unavailable: () => void;
  readonly done?: () => void;
  readonly failed: (error: unknown) => void;
};

/** TLS at the client's request (STARTTLS, STLS), with the listener's certificate as it is now. */
export function beginTls(connection: Connection, listener: LineListener, sayings: TlsSayings): void {
  const { ready, unavailable, done = () => {}, failed } = sayings;
  const certificate = listener.secureContext().catch((error: unknown) => {
    failed(error);
    return null;
  });
  connection.wait(certificate, context => {
    if (!context) {
      unavailable();
      return;
    }
    ready();
    connection.wait(connection.startTls(context), done);
  });
}
