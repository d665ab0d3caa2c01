/** Debian's Chromium for tests of the pages, and a TCP address for a tenant's unix socket, since browsers know none. */
import { connect, createServer, type Server } from 'node:net';
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core';

export const desktop: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };

/** A phone with a touch screen, not a narrow window. */
export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Passes each connection on to the socket that is at `path` when it comes. */
export async function openDoor(path: string): Promise<{ url: string } & AsyncDisposable> {
  const server: Server = createServer(client => {
    const behind = connect(path);
    client.on('error', () => behind.destroy());
    behind.on('error', () => client.destroy());
    client.pipe(behind).pipe(client);
    client.on('close', () => behind.destroy());
    behind.on('close', () => client.destroy());
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  };
}
