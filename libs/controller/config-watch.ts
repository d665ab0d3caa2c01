import { dirname } from 'node:path';
import type { FSWatcher } from 'chokidar';
import type { Config } from './config.ts';

/** Between two looks when nobody says that something changed: network folders and swapped symlinks say nothing. */
const lookMs = 3000;

/** Files that change are left alone until they have been the same for so long … */
const quietMs = 200;

/** … but not longer than this, if somebody never stops. */
const longestQuietMs = 3000;

/**
 * Looks whether the files of the configuration changed: every few seconds, and at once when a folder of theirs does.
 * `changed` is called when they are quiet again, once however many changes there were.
 */
export class ConfigWatch implements AsyncDisposable {
  readonly #config: Config;
  readonly #changed: () => Promise<void>;
  #seen: string;
  #looking = false;
  #timer: NodeJS.Timeout;
  #watcher: FSWatcher | null = null;
  #closed = false;

  constructor(config: Config, changed: () => Promise<void>) {
    this.#config = config;
    this.#changed = changed;
    this.#seen = this.#config.look();
    this.#timer = setInterval(() => this.look(), lookMs);
  }

  /** Makes it quicker than the looks. */
  async watchFolders(): Promise<void> {
    const { watch } = await import('chokidar');
    if (this.#closed) return;
    // Only that something happened in a folder counts, which is one watch a folder instead of one a file.
    const dirs = this.#dirs();
    this.#watcher = watch(dirs, { depth: 0, ignoreInitial: true, ignored: path => !dirs.includes(path) });
    this.#watcher.on('raw', () => this.look());
    // A folder that cannot be watched is looked at all the same.
    this.#watcher.on('error', () => {});
  }

  async look(): Promise<void> {
    if (this.#looking || this.#closed) return;
    this.#looking = true;
    try {
      let now = this.#config.look();
      if (now === this.#seen) return;
      const sinceMs = performance.now();
      for (let before = ''; now !== before && performance.now() - sinceMs < longestQuietMs; ) {
        before = now;
        await new Promise(done => setTimeout(done, quietMs));
        now = this.#config.look();
      }
      this.#seen = now;
      if (!this.#closed) await this.#changed();
    } finally {
      this.#looking = false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#watcher?.close();
  }

  #dirs(): string[] {
    const { files, includes } = this.#config.watched;
    return [...new Set([...files.map(dirname), ...includes.map(({ dir }) => dir)])];
  }
}
