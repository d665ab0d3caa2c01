/**
 * A shard's process: `shard.js <index>`, or `shard.js spare` for one that will be any. Signals are not for it, though a terminal sends them to all: it ends with its
 * channel. Short-lived ones: `shard.js replay <data folder> <log settings as JSON>` takes in, before shards, what former
 * ones left; `shard.js repair <tenant's folder>` mends a mailbox and prints what became of it.
 */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

// Loaded only now, so that no signal comes before its handler; not awaited, so that chunks may import from this file.
const [, , role = '', dataDir = '', log = ''] = process.argv;
const work = async () => {
  if (role === 'replay') {
    const { runReplay } = await import('../../libs/shard/run-replay.ts');
    return runReplay(dataDir, JSON.parse(log));
  }
  if (role === 'repair') {
    const { runRepair } = await import('../../libs/shard/run-repair.ts');
    const told = await runRepair(dataDir);
    return new Promise<void>(resolve => process.stdout.write(told, () => resolve()));
  }
  const { runShard } = await import('../../libs/shard/run-shard.ts');
  return runShard(process, role === 'spare' ? 'spare' : 'shard');
};
work().then(() => process.exit(0));
