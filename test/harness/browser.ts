/** Debian's Chromium for tests of the pages, and a TCP address for a tenant's unix socket, since browsers know none. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core';

export const desktop: BrowserContextOptions = { viewport: { width: 1440, height: 900 } };

/** A phone with a touch screen, not a narrow window. */
export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

/** `more`: further arguments of Chromium's. */
export function openBrowser(more: readonly string[] = []): Promise<Browser> {
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
      ...more,
    ],
  });
}

export type Door = AsyncDisposable & {
  readonly url: string;
  /** Breaks all connections and refuses new ones. */
  cut(): void;
  mend(): void;
};

/** Passes each connection on to the socket that is at `path` when it comes. */
export async function openDoor(path: string): Promise<Door> {
  const clients = new Set<Socket>();
  let isCut = false;
  const server = createServer(client => {
    if (isCut) {
      client.destroy();
      return;
    }
    clients.add(client);
    const behind = connect(path);
    client.on('error', () => behind.destroy());
    behind.on('error', () => client.destroy());
    client.pipe(behind).pipe(client);
    client.on('close', () => {
      clients.delete(client);
      behind.destroy();
    });
    behind.on('close', () => client.destroy());
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    isCut = true;
    for (const client of clients) client.destroy();
  };
  return {
    url: `http://127.0.0.1:${port}/`,
    cut,
    mend: () => {
      isCut = false;
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      server.close();
    },
  };
}
