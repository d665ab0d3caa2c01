import { randomFillSync } from 'node:crypto';

/**
 * Random bytes, cut from a pool that is filled as a whole: asking the system for every id costs many times as much. No
 * byte is given out twice.
 */
export function pooledRandom(poolBytes = 8192): (bytes: number) => Uint8Array {
  let pool = Buffer.alloc(0);
  let at = 0;
  return bytes => {
    if (at + bytes > pool.length) {
      // A new one: what was given out may still be looked at.
      pool = randomFillSync(Buffer.alloc(Math.max(poolBytes, bytes)));
      at = 0;
    }
    at += bytes;
    return pool.subarray(at - bytes, at);
  };
}
