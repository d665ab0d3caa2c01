import type { ControlStatus } from '../../libs/wire/control-http.ts';
import { askControl } from './control.ts';
import type { Fleet } from './fleet.ts';

/** Ends all shards of a fleet as a crash does. */
export async function killShards(fleet: Fleet): Promise<void> {
  for (const pid of await shardPids(fleet)) kill(pid);
}

/** Ends a fleet's shards and its controller as a crash of the machine does: none has time for anything. */
export async function killAll(fleet: Fleet): Promise<void> {
  const pids = await shardPids(fleet);
  const ended = fleet.stop('SIGKILL');
  for (const pid of pids) kill(pid);
  await ended;
}

/** Ends a shard of a fleet as a crash does: one that serves, rarely one that is just starting, none where there is none. */
export async function killAShard(fleet: Fleet, random: () => number): Promise<void> {
  const serving = random() < 0.9 ? await shardPids(fleet, 'up') : [];
  const pids = serving.length > 0 ? serving : await shardPids(fleet);
  const pid = pids[Math.floor(random() * pids.length)];
  if (pid !== undefined) kill(pid);
}

async function shardPids(fleet: Fleet, state: string | null = null): Promise<number[]> {
  const { shards } = (await askControl<ControlStatus>(fleet, 'GET', '/v1/status')).body;
  return shards.filter(shard => state === null || shard.state === state).flatMap(({ pid }) => pid ?? []);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It has ended since it was asked for.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
