import type { ShardIndex, TenantId } from '../base/ids.ts';

/**
 * The shard that hosts a tenant: the one with the highest score of the pair (rendezvous hashing). It depends on nothing
 * but the name and the number of shards; one shard more takes its share from all the others and moves nothing else.
 */
export function placeTenant(tenant: TenantId, shardCount: number): ShardIndex {
  const name = hash(tenant);
  let best = 0;
  let bestScore = -1;
  for (let shard = 0; shard < shardCount; shard++) {
    const score = mix(name ^ mix(shard + 1));
    if (score > bestScore) {
      best = shard;
      bestScore = score;
    }
  }
  return best;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value;
}

/** Spreads every bit over all others (the finalizer of MurmurHash3). */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
