import type { Socket } from 'node:net';

/** How long a refused client may take to read why. */
const lingerMs = 5000;

/** Answers 503 without looking at the request, and closes. `limit`: which, and what it says. */
export function refuseHttp(socket: Socket, limit: string): void {
  const reason = `Too many connections (limit ${limit})\n`;
  // It is being closed anyway.
  socket.on('error', () => {});
  socket.setTimeout(lingerMs, () => socket.destroy());
  // What the client sends is read, else closing would take the answer with it.
  socket.resume();
  socket.on('end', () => socket.destroySoon());
  socket.end(
    'HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 1\r\n' +
      `Content-Length: ${reason.length}\r\nConnection: close\r\n\r\n${reason}`,
  );
}
