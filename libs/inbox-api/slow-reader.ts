import type { ServerResponse } from 'node:http';

/** Slower than any line that people read mail on: 64 KiB/s. */
const leastBytesPerMs = 64;

/** Ends an answer that its client takes too slowly: what it holds in memory is missing elsewhere. */
export function cutSlowReader(response: ServerResponse, bytes: number, graceMs: number): void {
  const timer = setTimeout(() => response.destroy(), graceMs + bytes / leastBytesPerMs);
  response.once('close', () => clearTimeout(timer));
}
