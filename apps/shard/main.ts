/** A shard's process. Signals are not for it, though a terminal sends them to all: it ends with its channel. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

// Loaded only now, so that no signal comes before its handler; not awaited, so that chunks may import from this file.
import('../../libs/shard/run-shard.ts').then(({ runShard }) => runShard(process)).then(() => process.exit(0));
