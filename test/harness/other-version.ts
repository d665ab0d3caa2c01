/** The same server as it was or will be: it lacks some paths, or says more than it says today. */
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';

export type OtherVersion = AsyncDisposable & { readonly url: string };

export type Differences = {
  /** Paths, with what follows `?`, that are unknown to it. */
  readonly lacks?: RegExp;
  /** Changes an answer that is text. */
  readonly rewrite?: (path: string, body: string) => string | Promise<string>;
};

/** Stands before the server at `url`; its address is `url` of what is returned. */
export async function openOtherVersion(
  url: string,
  { lacks = /$^/, rewrite = (_path, body) => body }: Differences,
): Promise<OtherVersion> {
  const { port } = new URL(url);
  const bodyOf = async (message: IncomingMessage) => Buffer.concat(await message.toArray());
  const server = createServer(async (asked, answer) => {
    const path = asked.url ?? '';
    if (lacks.test(path)) {
      answer.writeHead(404, { 'Content-Type': 'text/plain' }).end('404 page not found\n');
      return;
    }
    const headers = { ...asked.headers, 'accept-encoding': 'identity' };
    const passed = request({ port, path, method: asked.method, headers }, async known => {
      const body = await bodyOf(known);
      const isText = /json|html/.test(known.headers['content-type'] ?? '');
      const { 'content-length': _, ...kept } = known.headers;
      answer.writeHead(known.statusCode ?? 500, kept);
      answer.end(isText ? await rewrite(path, body.toString()) : body);
    });
    passed.on('error', () => answer.destroy());
    passed.end(await bodyOf(asked));
  });
  server.on('upgrade', (asked: IncomingMessage, client) => {
    const behind = connect(Number(port), '127.0.0.1');
    const lines = Object.entries(asked.headers).map(([name, value]) => `${name}: ${value}`);
    behind.write(`GET ${asked.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    client.on('error', () => behind.destroy());
    behind.on('error', () => client.destroy());
    client.pipe(behind).pipe(client);
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
