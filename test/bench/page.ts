/** What benches of the inbox page share: pages to measure, bare ones to hold beside them, and what is measured in them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { round } from './figures.ts';

/** ms from the start of the navigation until the first row is drawn. */
export const drawn = `new Promise(done => {
  const look = () => document.querySelector('.row a') ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look);
  look();
})`;

/** Pages by path, on a port of their own. */
export async function serveBare(
  pages: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    response.setHeader('Content-Type', pathname.endsWith('.json') ? 'application/json' : 'text/html');
    response.end(pages[pathname] ?? '');
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** 1.6 Mbit/s, 150 ms there and back, a quarter of the processor. */
export async function slowDown(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 150,
    downloadThroughput: 200_000,
    uploadThroughput: 93_750,
  });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
}

export type Frames = { readonly longestMs: number; readonly shift: number };

/** The longest time between two frames while something happens, and how much of the layout moved by itself. */
export async function watchFrames(page: Page, happens: () => Promise<unknown>): Promise<Frames> {
  await page.evaluate(`(() => {
    const watch = (window.watch = { longest: 0, shift: 0, on: true });
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) watch.shift += entry.value;
    }).observe({ type: 'layout-shift' });
    let last = performance.now();
    const look = now => {
      watch.longest = Math.max(watch.longest, now - last);
      last = now;
      if (watch.on) requestAnimationFrame(look);
    };
    requestAnimationFrame(now => { last = now; requestAnimationFrame(look); });
  })()`);
  await happens();
  await page.waitForTimeout(300);
  return page.evaluate<Frames>(
    '(watch.on = false, { longestMs: watch.longest, shift: Math.round(watch.shift * 1000) / 1000 })',
  );
}

/** A yardstick and the multiple of it. */
export const beside = (valueMs: number, bareMs: number, what = 'bare page') =>
  `${what} ${round(bareMs)} ms, × ${round(valueMs / bareMs)}`;
