/** Whether a listener answers in its protocol: a greeting from SMTP, a status line from HTTP. */
import { connect } from 'node:net';

export type Probed = { readonly answered: boolean; readonly refused: boolean; readonly ms: number };

const refusals = new Set(['ECONNREFUSED', 'ENOENT', 'EAGAIN']);

/** Connects, asks where the protocol wants it, and waits for the first line. Never rejects. */
export function probe(path: string, protocol: 'smtp' | 'http', asked = '/livez'): Promise<Probed> {
  const startedAtMs = performance.now();
  return new Promise(resolve => {
    const done = (answered: boolean, refused: boolean) => {
      socket.destroy();
      resolve({ answered, refused, ms: performance.now() - startedAtMs });
    };
    const socket = connect(path);
    if (protocol === 'http')
      socket.write(`GET ${asked} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    socket.once('data', data => done(/^(220 |HTTP\/1\.1 200)/.test(data.toString('latin1')), false));
    socket.once('error', (error: NodeJS.ErrnoException) => done(false, refusals.has(error.code ?? '')));
    socket.once('close', () => done(false, false));
  });
}

/**
 * Asks all listeners again and again until each has answered once; resolves to the ms that took.
 * The cost of asking is in it: about 70 µs a listener.
 */
export async function untilAllAnswer(paths: readonly string[], timeoutMs: number): Promise<number> {
  const startedAtMs = performance.now();
  let waiting = [...paths];
  while (waiting.length > 0) {
    if (performance.now() - startedAtMs > timeoutMs)
      throw new Error(`${waiting.length} listeners do not answer, e.g. ${waiting[0]}`);
    const silent: string[] = [];
    const queue = waiting.values();
    const ask = async () => {
      for (const path of queue) {
        const { answered } = await probe(path, path.endsWith('/smtp.sock') ? 'smtp' : 'http');
        if (!answered) silent.push(path);
        // The first that is silent ends the round: those behind it are not there either.
        if (silent.length > 0) break;
      }
    };
    await Promise.all(Array.from({ length: 32 }, ask));
    silent.push(...queue);
    if (silent.length === waiting.length) await new Promise(done => setTimeout(done, 20));
    waiting = silent;
  }
  return performance.now() - startedAtMs;
}
