import { renameSync, writeFileSync } from 'node:fs';
import type { FileEdit } from '../spec/edit-files.ts';
import { acceptedFilesPath, besidePath } from '../spec/paths.ts';
import type { FleetReading } from '../spec/read-fleet.ts';
import { readText, replaceFile } from './replace-file.ts';

/**
 * The tenants files as they were last taken over, kept in the data folder: what a start finds is held against them, as the
 * daemon before would have held it.
 */
export class AcceptedFiles {
  readonly #path: string;

  constructor(dataDir: string) {
    this.#path = acceptedFilesPath(dataDir);
  }

  /** Texts by their paths; null: none are known. */
  read(): Map<string, string> | null {
    return parse(readText(this.#path));
  }

  keep({ sources }: FleetReading): void {
    const texts = new Map([...sources.values()].map(({ path, text }) => [path, text]));
    const fresh = besidePath(this.#path, 'new');
    writeFileSync(fresh, render(texts), { mode: 0o600 });
    renameSync(fresh, this.#path);
  }

  /** Takes over a change that was made without a daemon. What else the files say by now is for the next one to judge. */
  follow(edits: readonly FileEdit[]): void {
    const written = readText(this.#path);
    const texts = parse(written);
    if (!texts || edits.some(({ path, before }) => (texts.get(path) ?? null) !== before)) return;
    for (const { path, after } of edits) {
      if (after === null) texts.delete(path);
      else texts.set(path, after);
    }
    // It stays the daemon's, whoever makes the change.
    replaceFile(this.#path, written, render(texts));
  }
}

function parse(written: string | null): Map<string, string> | null {
  try {
    return written === null ? null : new Map(JSON.parse(written));
  } catch {
    // A loss of power cut it off.
    return null;
  }
}

function render(texts: ReadonlyMap<string, string>): string {
  return JSON.stringify([...texts]);
}
