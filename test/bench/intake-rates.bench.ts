/** Mails a second that are on disk when they are answered, one tenant, beside a sink that keeps nothing and the bare disk. */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watching } from './beside.ts';
import { atLeast, atMost, type Figure, quantile, renderFigures, round, shown } from './figures.ts';
import { startFleet } from './fleet.ts';
import { type Sending, sendMails, startSink } from './postfix.ts';
import { untilAllAnswer } from './probe.ts';

const runs = 5;
/** The shards save memory until they have been busy for ten seconds. */
const warmUpMs = 12_000;

const loads: readonly (Sending & { readonly share: number | null })[] = [
  { bytes: 2048, sessions: 1, mails: 600, share: 0.45 },
  { bytes: 2048, sessions: 10, mails: 2000, share: 0.33 },
  { bytes: 2048, sessions: 50, mails: 2500, share: 0.37 },
  { bytes: 20_480, sessions: 1, mails: 400, share: 0.45 },
  { bytes: 20_480, sessions: 10, mails: 1000, share: 0.45 },
  { bytes: 20_480, sessions: 50, mails: 1000, share: 0.45 },
  { bytes: 2048, sessions: 10, mails: 2500, kept: true, share: null },
];

async function medianRate(path: string, load: Sending): Promise<number> {
  const rates: number[] = [];
  for (let run = 0; run < runs; run++) rates.push(await sendMails(path, load));
  return quantile(rates, 0.5);
}

/** Median of appending 4 KiB and syncing, in ms. */
function bareSyncMs(dir: string): number {
  const file = openSync(join(dir, 'sync'), 'ax');
  const times = Array.from({ length: 200 }, () => {
    const startedAtMs = performance.now();
    writeSync(file, Buffer.alloc(4096));
    fdatasyncSync(file);
    return performance.now() - startedAtMs;
  });
  closeSync(file);
  return quantile(times, 0.5);
}

const dir = mkdtempSync(join(tmpdir(), 'mpctl-bench-'));
const figures: Figure[] = [shown('fdatasync of 4 KiB, bare, p50', `${round(bareSyncMs(dir))} ms`)];
const sinkRates: number[] = [];
{
  const sinkPath = join(dir, 'sink.sock');
  using _sink = await startSink(sinkPath);
  for (const load of loads) sinkRates.push(await medianRate(sinkPath, load));
}
{
  await using fleet = startFleet(1, 'defaults: { maxMessages: 0 }\n');
  await untilAllAnswer(fleet.socketPaths, 20_000);
  const [path = ''] = fleet.socketPaths;
  const seen = await watching(fleet, async () => {
    const warmAtMs = performance.now() + warmUpMs;
    while (performance.now() < warmAtMs) await sendMails(path, { bytes: 2048, sessions: 20, mails: 1000 });
    for (const [i, load] of loads.entries()) {
      const rate = await medianRate(path, load);
      const sink = sinkRates[i] ?? Number.NaN;
      const { bytes, sessions, kept, share } = load;
      const name = `${bytes / 1024} KB, ${sessions} sessions${kept ? ', kept' : ''}: ${round(rate)} mails/s, share of smtp-sink`;
      const beside = `${round(sink)} mails/s`;
      figures.push(
        share === null
          ? shown(name, round(rate / sink), beside)
          : atLeast(name, rate / sink, share, '', beside),
      );
    }
  });
  figures.push(
    atMost(
      'longest event-loop block beyond that of an idle Node',
      seen.longestBlockMs - seen.idleBlockMs,
      25,
      'ms',
      `${round(seen.idleBlockMs)} ms`,
    ),
    shown('memory of a shard while flooded, highest', `${round(seen.rssBytes / 1e6)} MB`),
    shown('changes waiting in memory, highest', `${round(seen.tailBytes / 1e6)} MB`, 'bound: 64 MiB'),
  );
}
rmSync(dir, { recursive: true });
console.log(renderFigures('Mail on disk: one tenant', figures));
