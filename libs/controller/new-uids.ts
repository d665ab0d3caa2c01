import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TenantId, TenantUid } from '../base/ids.ts';
import { parseNewUids } from '../spec/parse-new-uids.ts';
import { newUidsPath } from '../spec/paths.ts';
import { readText, syncFolder } from './replace-file.ts';

/**
 * Uids that are not yet safe in the folders of their tenants, one `name uid` a line. To make thousands of folders takes
 * seconds, and to sync each would take more: one line in here, synced once for all, is enough to begin with.
 */
export class NewUids {
  readonly #path: string;
  readonly #uids: Map<TenantId, TenantUid>;
  /** The file's name is on disk, too. */
  #isNamed = false;

  constructor(dataDir: string) {
    this.#path = newUidsPath(dataDir);
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    this.#uids = parseNewUids(readText(this.#path) ?? '');
  }

  get size(): number {
    return this.#uids.size;
  }

  names(): Iterable<TenantId> {
    return this.#uids.keys();
  }

  entries(): Iterable<[TenantId, TenantUid]> {
    return this.#uids;
  }

  get(tenant: TenantId): TenantUid | null {
    return this.#uids.get(tenant) ?? null;
  }

  /** On disk when it returns. */
  add(fresh: ReadonlyMap<TenantId, TenantUid>): void {
    this.#append([...fresh].map(([tenant, uid]) => `\n${tenant} ${uid}`));
    for (const [tenant, uid] of fresh) this.#uids.set(tenant, uid);
  }

  /** The tenant left its name, which may come again with another uid. */
  forget(tenant: TenantId): void {
    if (this.#uids.delete(tenant)) this.#append([`\n${tenant} left`]);
  }

  /** All of them are safe in their folders. */
  clear(): void {
    this.#uids.clear();
    this.#isNamed = false;
    rmSync(this.#path, { force: true });
  }

  #append(lines: readonly string[]): void {
    const file = openSync(this.#path, 'a', 0o600);
    try {
      writeFileSync(file, lines.join(''));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (!this.#isNamed) syncFolder(dirname(this.#path));
    this.#isNamed = true;
  }
}
