/** A disk without any room, in a whole fleet: a small one in memory that the daemon alone sees. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultLimits } from '../../libs/intake/intake-options.ts';
import { Fleet } from '../harness/fleet.ts';
import { fetchRaw } from '../harness/raw-http.ts';
import { sendMail } from '../harness/smtp-talk.ts';

const unshare = process.getuid?.() === 0 ? ['unshare', '-m'] : ['unshare', '-rm'];
const [program = '', ...args] = unshare;

function whyNot(): string | false {
  try {
    execFileSync(program, [...args, 'mount', '-t', 'tmpfs', 'none', '/tmp'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'needs a mount of its own (Linux, unshare)';
  }
}

class SmallDisk implements AsyncDisposable {
  readonly fleet = new Fleet('shards: 1\ndefaults: { maxMessages: 0 }\ntenants: { a: {}, b: {} }\n');
  #ballast = 0;

  async serve(mebibytes: number): Promise<void> {
    const { dataDir } = this.fleet;
    mkdirSync(dataDir);
    const mount = `mount -t tmpfs -o size=${mebibytes}m none ${dataDir} && exec "$@"`;
    this.fleet.startedBy = [...unshare, 'sh', '-c', mount, 'sh'];
    await this.fleet.serve();
  }

  /** A path as the daemon sees it. */
  path(...names: string[]): string {
    return join(`/proc/${this.fleet.pid}/root`, this.fleet.dataDir, ...names);
  }

  send(name: string, subject = 'mail', body?: string): Promise<string | null> {
    return sendMail(this.fleet.socketPath(name, 'smtp'), subject, body);
  }

  async count(name: string): Promise<number> {
    return JSON.parse((await this.fleet.get(name, '/api/v1/messages')).body).total;
  }

  async deleteAll(name: string): Promise<number> {
    const socketPath = this.fleet.socketPath(name, 'http');
    return (await fetchRaw({ socketPath, path: '/api/v1/messages', method: 'DELETE' })).status;
  }

  /** Somebody else's files take all room that is left. */
  fill(): void {
    for (let bytes = 1024 * 1024; bytes >= 4096; ) {
      try {
        writeFileSync(this.path(`ballast-${this.#ballast++}`), Buffer.alloc(bytes, 1));
      } catch {
        rmSync(this.path(`ballast-${this.#ballast - 1}`), { force: true });
        bytes /= 2;
      }
    }
  }

  unfill(): void {
    while (this.#ballast > 0) rmSync(this.path(`ballast-${--this.#ballast}`), { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fleet[Symbol.asyncDispose]();
  }
}

it('mail can be deleted on a full disk, none is taken meanwhile, and it is when there is room', {
  skip: whyNot(),
  timeout: 120_000,
}, async () => {
  await using disk = new SmallDisk();
  await disk.serve(40);
  const body = `${'x'.repeat(70)}\r\n`.repeat(2000);
  for (const name of ['a', 'b']) for (let i = 0; i < 30; i++) await disk.send(name, `m${i}`, body);
  assert.deepEqual([await disk.count('a'), await disk.count('b')], [30, 30]);
  // Whole: what is filled up before that is not there to be given up.
  const reserve = () => statSync(disk.path('.journal/reserve-0'), { throwIfNoEntry: false });
  while ((reserve()?.size ?? 0) < defaultLimits.reserveBytes) await sleep(20);
  disk.fill();
  for (const name of ['a', 'b']) {
    assert.equal(await disk.send(name, 'refused', body), '452 4.3.1 Insufficient system storage');
    assert.equal(await disk.count(name), 30);
  }
  assert.equal(await disk.deleteAll('a'), 200);
  assert.equal(await disk.count('a'), 0);
  disk.fill();
  assert.equal(await disk.send('b', 'refused', body), '452 4.3.1 Insufficient system storage');
  disk.unfill();
  for (const name of ['a', 'b'])
    while (!(await disk.send(name, 'taken', body))?.startsWith('250')) await sleep(50);
  assert.deepEqual([await disk.count('a'), await disk.count('b')], [1, 31]);
  assert.ok(existsSync(disk.path('.journal/reserve-0')));
});
