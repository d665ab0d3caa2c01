/** A real fleet for benches: tenants file, `scripts/mpctl serve`, folders on a memory file system and on disk. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = dirname(dirname(import.meta.dirname));
export const mpctl = join(root, 'scripts/mpctl');

export type BenchFleet = AsyncDisposable & {
  readonly pid: number;
  readonly names: readonly string[];
  /** Both sockets of every tenant. */
  readonly socketPaths: readonly string[];
  readonly runDir: string;
  /** What every command of this fleet needs: `--config`, `--run-dir`, `--data-dir`. */
  readonly options: readonly string[];
  readonly startedAtMs: number;
};

/** Starts `serve` on a tenants file with this many empty tenants. Sockets lie on /dev/shm as they would on /run. */
export function startFleet(tenants: number, extraYaml = '', env: NodeJS.ProcessEnv = {}): BenchFleet {
  const runDir = mkdtempSync('/dev/shm/mpctl-bench-');
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-bench-'));
  const names = Array.from({ length: tenants }, (_, i) => `t${i.toString().padStart(5, '0')}`);
  const config = join(dir, 'tenants.yaml');
  writeFileSync(
    config,
    `${extraYaml}tenants:${names.length === 0 ? ' {}' : ''}\n${names.map(name => `  ${name}: {}\n`).join('')}`,
  );
  const options = ['--config', config, '--run-dir', runDir, '--data-dir', join(dir, 'data')];
  const startedAtMs = performance.now();
  const child = spawn(mpctl, ['serve', ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error('serve did not start');
  return {
    pid,
    names,
    socketPaths: names.flatMap(name => [`${runDir}/${name}/smtp.sock`, `${runDir}/${name}/http.sock`]),
    runDir,
    options,
    startedAtMs,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended(child);
      rmSync(runDir, { recursive: true, force: true });
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise(done => child.once('exit', () => done()));
}
