import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';

export type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

/** One request on a connection of its own; the path goes out as written. */
export function fetchRaw(
  options: RequestOptions & { tls?: boolean; body?: Buffer | string; host?: string; servername?: string },
): Promise<Reply> {
  const { tls, body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const all = {
      ...(rest.socketPath ? {} : { host: '127.0.0.1' }),
      agent: false,
      rejectUnauthorized: false,
      ...rest,
    };
    const request = (tls ? httpsRequest : httpRequest)(all, response => {
      const chunks: Buffer[] = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Sends the bytes as they are and returns all that comes back until the connection ends. */
export function sendBytes(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', chunk => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.write(bytes);
  });
}
