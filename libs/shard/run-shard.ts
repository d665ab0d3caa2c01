import { closeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openLog } from '../log/open-log.ts';
import { unpackPlacements } from '../wire/pack-placements.ts';
import { type FromShard, type ShardConfig, type ToShard, wireVersion } from '../wire/shard-channel.ts';
import { collect } from './memory-mode.ts';
import { loadHome } from './open-home.ts';
import { Shard } from './shard.ts';

/** An orphan's mail in progress may take this long, and everything else as much again: it ends within 1 s. */
const orphanDrainMs = 400;
const orphanMs = 900;

/** So many descriptors are closed between two turns of the event loop. */
const dropSlice = 500;

/**
 * Runs a shard on its process's channel. Resolves when the process may exit: it was told to stop and has, or the channel
 * to the controller is gone. `spare`: it may have long to wait until it is one, and is to be quick then.
 */
export function runShard(channel: NodeJS.Process, role: 'shard' | 'spare'): Promise<void> {
  let shard: Shard | null = null;
  const send = (message: FromShard, sent?: () => void) => {
    if (channel.connected) channel.send?.(message, undefined, undefined, sent);
    else sent?.();
  };

  const open = (config: ShardConfig) => {
    const log = openLog(config.log, { shard: config.shard });
    return new Shard(config, log, send, name => channel.env[name]);
  };

  return new Promise(resolve => {
    const orphaned = () => {
      setTimeout(resolve, orphanMs);
      (shard?.stop(orphanDrainMs) ?? Promise.resolve()).then(resolve);
    };

    channel.on('disconnect', orphaned);
    channel.on('message', (message: ToShard, handle: unknown) => {
      if (message.type === 'prepare') {
        shard = open(message.config);
        shard.prepare();
      } else if (message.type === 'start') {
        const { config, tenants } = message;
        shard ??= open(config);
        shard
          .start(unpackPlacements(tenants))
          .then(failures => send({ type: 'ready', wireVersion, failures }));
      } else if (message.type === 'stop') {
        (shard?.stop(message.drainMs) ?? Promise.resolve()).then(() => send({ type: 'stopped' }, resolve));
      } else if (message.type === 'drop') {
        void drop(message.fds);
      } else {
        shard?.receive(message, handle);
      }
    });
    if (!channel.connected) orphaned();
    if (role === 'spare') void makeReady();
  });
}

/** With the program loaded, and what loading it left behind given back. */
async function makeReady(): Promise<void> {
  await loadHome();
  await collect();
}

async function drop(fds: readonly number[]): Promise<void> {
  for (const [at, fd] of fds.entries()) {
    if (at % dropSlice === dropSlice - 1) await nextTurn();
    closeSync(fd);
  }
}
