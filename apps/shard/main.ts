/**
 * A shard's process: `shard.js <index>`. Before shards, `shard.js replay <data folder> <log settings as JSON>` takes in what
 * former ones left. Signals are not for it, though a terminal sends them to all: it ends with its channel. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

// Loaded only now, so that no signal comes before its handler; not awaited, so that chunks may import from this file.
const [, , role = '', dataDir = '', log = ''] = process.argv;
const work =
  role === 'replay'
    ? import('../../libs/shard/run-replay.ts').then(({ runReplay }) => runReplay(dataDir, JSON.parse(log)))
    : import('../../libs/shard/run-shard.ts').then(({ runShard }) => runShard(process));
work.then(() => process.exit(0));
