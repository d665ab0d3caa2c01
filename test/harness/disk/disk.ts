/** A disk that fails, is slow, or loses its power: `disk-shim.c` between a process and its files. Linux only. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';

/** `create`: of a new file, also by renaming. The path is any part of one below the disk's folder. */
export type Fault = readonly [call: 'write' | 'sync' | 'create', error: 'ENOSPC' | 'EIO', path: string];

const numbers = { EIO: 5, ENOSPC: 28 } as const;

export class Disk implements Disposable {
  /** What processes need in their environment to be on this disk. */
  readonly env: NodeJS.ProcessEnv;
  /** A record of each change and each sync: see `disk-shim.c`. Empty unless it was asked for. */
  readonly tracePath: string;
  readonly #dir = mkdtempSync(join(tmpdir(), 'mp-disk-'));
  readonly #faultsPath = join(this.#dir, 'faults');

  /** `root`: files below it are on the disk; it need not exist yet. */
  constructor(root: string, options: { trace?: boolean; syncUs?: number } = {}) {
    const library = join(this.#dir, 'disk-shim.so');
    compile(library);
    this.tracePath = join(this.#dir, 'trace');
    const bootIdPath = join(this.#dir, 'boot-id');
    for (const path of [this.#faultsPath, this.tracePath]) writeFileSync(path, '');
    writeFileSync(bootIdPath, `${randomUUID()}\n`);
    this.env = {
      LD_PRELOAD: library,
      DISK_ROOT: root,
      DISK_FAULTS: this.#faultsPath,
      DISK_BOOT_ID: bootIdPath,
      ...(options.trace ? { DISK_TRACE: this.tracePath } : {}),
      ...(options.syncUs ? { DISK_SYNC_US: String(options.syncUs) } : {}),
    };
  }

  /** From now on these calls fail, and no others. */
  fail(...faults: readonly Fault[]): void {
    const lines = faults.map(([call, error, path]) => `${call} ${numbers[error]} ${path}\n`);
    writeFileSync(this.#faultsPath, lines.join(''));
  }

  heal(): void {
    this.fail();
  }

  /** How much of the trace there is: a moment at which the power may be cut. */
  now(): number {
    return statSync(this.tracePath).size;
  }

  [Symbol.dispose](): void {
    rmSync(this.#dir, { recursive: true });
  }
}

function compile(library: string): void {
  const source = join(import.meta.dirname, 'disk-shim.c');
  const { failed, code, stderr } = execaSync(
    'cc',
    ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl'],
    {
      reject: false,
    },
  );
  if (code === 'ENOENT') throw new Error('a C compiler is missing: sudo apt-get install gcc libc6-dev');
  if (failed) throw new Error(`the disk's layer does not compile: ${stderr}`);
}
