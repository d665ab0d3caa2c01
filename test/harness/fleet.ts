/** A real fleet for tests: a folder of its own, a tenants file, and what `mpctl` says about them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { ControlStatus } from '../../libs/wire/control-http.ts';
import type { Person } from './people.ts';
import { programForOthers } from './program-for-others.ts';

export const mpctlPath = join(dirname(dirname(import.meta.dirname)), 'scripts/mpctl');

export type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** A folder with a tenants file; a controller runs it once {@link Fleet.serve} was called. */
export class Fleet implements AsyncDisposable {
  readonly dir: string;
  readonly configPath: string;
  readonly runDir: string;
  readonly dataDir: string;
  /** Words that stand before the daemon's command. */
  startedBy: readonly string[] = [];
  /** All that the controller and its shards wrote to stderr. */
  log = '';
  #server: ChildProcess | null = null;

  /** Folder names are short, since the paths of sockets must be. */
  constructor(tenantsYaml: string, runDir?: string) {
    this.dir = mkdtempSync(join(tmpdir(), 'mp-'));
    this.configPath = join(this.dir, 'tenants.yaml');
    this.runDir = runDir ?? join(this.dir, 'run');
    this.dataDir = join(this.dir, 'data');
    writeFileSync(this.configPath, tenantsYaml);
  }

  /** Starts a fleet and resolves when all of it answers. */
  static async serving(tenantsYaml: string, env: NodeJS.ProcessEnv = {}): Promise<Fleet> {
    const fleet = new Fleet(tenantsYaml);
    await fleet.serve(env);
    return fleet;
  }

  /** Another tenants file in place of the one that is there. */
  write(tenantsYaml: string): void {
    writeFileSync(this.configPath, tenantsYaml);
  }

  /** `--config`, `--run-dir` and `--data-dir` of this fleet. */
  get options(): string[] {
    return ['--config', this.configPath, '--run-dir', this.runDir, '--data-dir', this.dataDir];
  }

  get pid(): number {
    return this.#server?.pid ?? 0;
  }

  socketPath(tenant: string, listener: 'smtp' | 'http' | 'pop3'): string {
    return join(this.runDir, tenant, `${listener}.sock`);
  }

  /** Runs a command of mpctl on this fleet to its end. */
  async run(
    words: readonly string[],
    options: { input?: string; env?: NodeJS.ProcessEnv } = {},
  ): Promise<Ran> {
    const { exitCode, stdout, stderr } = await execa(mpctlPath, [...words, ...this.options], {
      reject: false,
      input: '',
      ...options,
    });
    return { code: exitCode ?? -1, stdout, stderr };
  }

  /** What a command prints as JSON. */
  async ask<Reply>(...words: string[]): Promise<Reply> {
    return JSON.parse((await this.run([...words, '--json'])).stdout);
  }

  /** `as`: a user, where root may start it as one, with its groups as they are now; `words`: more on the command line. */
  async serve(
    env: NodeJS.ProcessEnv = {},
    as: Person | null = null,
    words: readonly string[] = [],
  ): Promise<void> {
    const who = as ? ['setpriv', `--reuid=${as.uid}`, `--regid=${as.gids[0]}`, '--init-groups'] : [];
    const command = as ? programForOthers() : mpctlPath;
    const [program = '', ...args] = [...this.startedBy, ...who, command, 'serve', ...words, ...this.options];
    const server = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.#server = server;
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding('utf8').on('data', text => {
        this.log += text;
      });
    }
    const giveUpAtMs = performance.now() + 180_000;
    while (!(await this.#isReady())) {
      if (server.exitCode !== null) throw new Error(`serve ended with ${server.exitCode}: ${this.log}`);
      if (performance.now() > giveUpAtMs) throw new Error(`serve does not answer: ${this.log}`);
      await sleep(50);
    }
  }

  /** Every tenant listens, or is known not to. */
  async #isReady(): Promise<boolean> {
    const { code, stdout } = await this.run(['status', '--json']);
    if (code !== 0) return false;
    const { tenants }: ControlStatus = JSON.parse(stdout);
    const { opening = 0, closing = 0, ...settled } = tenants.states;
    return opening + closing === 0 && Object.values(settled).reduce((sum, n) => sum + n, 0) === tenants.total;
  }

  /** Sends a signal and resolves to the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const server = this.#server;
    if (!server) return null;
    const ended = new Promise<number | null>(done => server.once('exit', code => done(code)));
    if (server.exitCode !== null || server.signalCode !== null) return server.exitCode;
    server.kill(signal);
    return ended;
  }

  /** GET on a tenant's HTTP socket, as text. */
  async get(tenant: string, path: string): Promise<{ status: number; body: string }> {
    return httpGet(this.socketPath(tenant, 'http'), path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const patience = setTimeout(() => this.#server?.kill('SIGKILL'), 12_000);
    await this.stop();
    clearTimeout(patience);
    // What a killed daemon's shards still write may come in between.
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 20 });
  }
}

/** GET over a unix socket. */
export function httpGet(socketPath: string, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, agent: false }, response => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', chunk => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}
