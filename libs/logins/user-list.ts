/** Who may log in, from hashes that are written down, from password files and from variables; files are read again. */
import { stat } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { maxSecretBytes, readRegular } from '../files/regular-file.ts';
import { type PasswordFile, parsePasswordFile } from '../passwords/password-file.ts';

export type UserListOptions = {
  readonly log: Logger;
  readonly clock: Clock;
  /** Value of a variable of the environment. */
  readonly env: (name: string) => string | undefined;
};

/** A file of which nothing is known lets nobody in, rather than everybody. */
const unread = 'unread';

/** How often files are looked at, at most. */
const checkMs = 1000;

export class UserList {
  readonly #sources: readonly string[];
  readonly #options: UserListOptions;
  readonly #files: readonly string[];
  readonly #texts = new Map<string, { readonly look: string; readonly text: string }>();
  #current: PasswordFile = parsePasswordFile(unread);
  #checkedAtMs = Number.NEGATIVE_INFINITY;
  #checking: Promise<void> | null = null;

  /** `sources`: `user:hash`, `file:<path>`, `env:<name>`. */
  constructor(sources: readonly string[], options: UserListOptions) {
    this.#sources = sources;
    this.#options = options;
    this.#files = sources.flatMap(source => reference(source, 'file') ?? []);
    if (this.#files.length === 0) this.#parse();
  }

  /** As of the last look; before the first nobody can log in, and must. */
  get current(): PasswordFile {
    return this.#current;
  }

  /** Looks whether files have changed; null when there is nothing to wait for. Never rejects. */
  check(): Promise<void> | null {
    if (this.#files.length === 0 || this.#options.clock() - this.#checkedAtMs < checkMs)
      return this.#checking;
    this.#checking ??= this.#read().finally(() => {
      this.#checkedAtMs = this.#options.clock();
      this.#checking = null;
    });
    return this.#checking;
  }

  async #read(): Promise<void> {
    let changed = false;
    for (const path of this.#files) changed = (await this.#readFile(path)) || changed;
    if (changed) this.#parse();
  }

  /** Whether it is another than before. One that cannot be read any more stays as it was. */
  async #readFile(path: string): Promise<boolean> {
    const known = this.#texts.get(path);
    try {
      const { ino, size, mtimeMs } = await stat(path);
      const look = `${ino} ${size} ${mtimeMs}`;
      if (known?.look === look) return false;
      this.#texts.set(path, { look, text: await readRegular(path, maxSecretBytes) });
      return true;
    } catch (error) {
      if (known?.look === 'unreadable') return false;
      this.#options.log.error({ err: error, file: path }, 'password file cannot be read');
      this.#texts.set(path, { look: 'unreadable', text: known?.text ?? unread });
      return known === undefined;
    }
  }

  #parse(): void {
    const texts = this.#sources.map(source => {
      const path = reference(source, 'file');
      if (path !== null) return this.#texts.get(path)?.text ?? '';
      const name = reference(source, 'env');
      return name === null ? source : (this.#options.env(name) ?? 'unset');
    });
    this.#current = parsePasswordFile(texts.join('\n'));
    const { malformed } = this.#current;
    if (malformed.length > 0)
      this.#options.log.warn({ users: malformed.length }, 'credentials that cannot be read');
  }
}

function reference(source: string, kind: 'file' | 'env'): string | null {
  return source.startsWith(`${kind}:`) ? source.slice(kind.length + 1) : null;
}
