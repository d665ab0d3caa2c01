import { dirname, join } from 'node:path';

/** Program and arguments of a shard, which lies beside this program. */
export function shardCommand(): readonly string[] {
  return [process.execPath, '--expose-gc', join(dirname(process.argv[1] ?? ''), 'shard.js')];
}
