/** What a shard's descriptors are spent on. */
export type DescriptorNeeds = {
  readonly sockets: number;
  readonly openDatabases: number;
  readonly connections: number;
  /** Hard limit of a process. */
  readonly limit: number;
};

/** Of the controller and of each shard, beside sockets, databases and connections: libraries, channels, logs. */
export const ownDescriptors = 64;

/** Shards to run: what the file says, else one per core, and never fewer than the descriptors ask for. */
export function shardCount(wanted: number, cores: number, needs: DescriptorNeeds): number {
  const room = Math.max(1, needs.limit - ownDescriptors);
  const least = Math.ceil((needs.sockets + 3 * needs.openDatabases + needs.connections) / room);
  return Math.max(wanted > 0 ? wanted : cores, least, 1);
}
