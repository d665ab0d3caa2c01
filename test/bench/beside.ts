/** What is looked at while load runs: the shards' event loops and memory, and those of a Node that does nothing. */
import { spawn } from 'node:child_process';
import { request } from 'node:http';
import type { ControlStatus } from '../../libs/wire/control-http.ts';
import type { BenchFleet } from './fleet.ts';

export type Watched = { longestBlockMs: number; idleBlockMs: number; rssBytes: number; tailBytes: number };

const idle = `const h = require('node:perf_hooks').monitorEventLoopDelay({resolution: 20}); h.enable();
  process.stdin.on('end', () => console.log(Math.max(0, h.max / 1e6 - 20))).resume();`;

/** Watches while the work runs; resolves to the highest of each. */
export async function watching(fleet: BenchFleet, work: () => Promise<void>): Promise<Watched> {
  const bystander = spawn(process.execPath, ['-e', idle], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = new Promise<number>(done => bystander.stdout.once('data', data => done(Number(data))));
  const seen: Watched = { longestBlockMs: 0, idleBlockMs: 0, rssBytes: 0, tailBytes: 0 };
  await statusOf(fleet);
  const timer = setInterval(async () => {
    for (const { longestBlockMs, rssBytes, storage } of (await statusOf(fleet)).shards) {
      seen.longestBlockMs = Math.max(seen.longestBlockMs, longestBlockMs);
      seen.rssBytes = Math.max(seen.rssBytes, rssBytes);
      seen.tailBytes = Math.max(seen.tailBytes, storage.tailBytes);
    }
  }, 500);
  await work();
  // The last beat is a second old at most.
  await new Promise(done => setTimeout(done, 1100));
  clearInterval(timer);
  bystander.stdin.end();
  seen.idleBlockMs = await said;
  return seen;
}

export function statusOf({ runDir }: BenchFleet): Promise<ControlStatus> {
  return new Promise((resolve, reject) => {
    request({ socketPath: `${runDir}/.control.sock`, path: '/v1/status', agent: false }, response => {
      let text = '';
      response.on('data', chunk => {
        text += chunk;
      });
      response.on('end', () => resolve(JSON.parse(text)));
    })
      .on('error', reject)
      .end();
  });
}
