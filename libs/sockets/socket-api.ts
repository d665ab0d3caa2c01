/**
 * `private`: Node's undocumented server handles, as its own cluster module uses them: bound here without being polled,
 * accepted from in a shard. `public`: documented API only; the holder accepts and hands each connection on.
 */
export type SocketApi = 'private' | 'public';
