import { setTimeout as sleep } from 'node:timers/promises';

const timeoutMs = 2000;
const pauseMs = 50;
const enoughHits = 6;

/** The hash of the text that the web server serves now; null where it does not answer or says none. */
export async function servedHash(
  probeUrl: string,
  host: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const url = new URL(probeUrl);
  const isTls = url.protocol === 'https:';
  // The daemon loads what it needs when it needs it.
  const { request: ask } = isTls ? await import('node:https') : await import('node:http');
  return new Promise(resolve => {
    const options = {
      agent: false,
      timeout: timeoutMs,
      ...(signal ? { signal } : {}),
      headers: { host },
      // This machine's own address: the certificate is for the tenants' names.
      ...(isTls ? { servername: host, rejectUnauthorized: false } : {}),
    };
    const request = ask(url, options, response => {
      response.resume();
      const hash = response.headers['x-mpctl-config'];
      resolve(typeof hash === 'string' ? hash : null);
    });
    request.once('error', () => resolve(null));
    request.once('timeout', () => request.destroy());
    request.end();
  });
}

/**
 * Asks until nothing but the hash is served or the time is over; returns what was served last. One answer is not
 * enough: workers of the former text take connections for another tenth of a second. Throws when it is aborted.
 */
export async function waitUntilServed(
  probeUrl: string,
  host: string,
  hash: string,
  patienceMs: number,
  signal?: AbortSignal,
): Promise<string | null> {
  const giveUpAtMs = performance.now() + patienceMs;
  for (let hits = 0; ; await sleep(pauseMs, undefined, { signal })) {
    const served = await servedHash(probeUrl, host, signal);
    hits = served === hash ? hits + 1 : 0;
    if (hits === enoughHits || performance.now() > giveUpAtMs) return served;
  }
}
