import { connect } from 'node:net';
import type { SmtpAddress } from './smtp-address.ts';

/** What the server may still say after stdin has ended. */
const drainMs = 30_000;

/**
 * Joins stdin and stdout to a server, so that the caller speaks SMTP through us (`sendmail -bs`).
 * Resolves to 0 whatever was said, to 1 when nobody listens.
 */
export function pipeSession(
  server: SmtpAddress,
  stdin: NodeJS.ReadStream,
  stdout: NodeJS.WriteStream,
): Promise<number> {
  const socket = connect(
    server.kind === 'unix' ? { path: server.path } : { host: server.host, port: server.port },
  );
  return new Promise(resolve => {
    let connected = false;
    socket.once('connect', () => {
      connected = true;
      stdin.pipe(socket);
      socket.pipe(stdout, { end: false });
      stdin.once('end', () => setTimeout(() => socket.destroy(), drainMs).unref());
    });
    socket.once('error', error => {
      if (!connected) stdout.write(`error connecting: ${error.message}\n`);
    });
    socket.once('close', () => {
      stdin.destroy();
      resolve(connected ? 0 : 1);
    });
  });
}
