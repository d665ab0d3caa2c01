import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type IncludePattern, isIncluded } from '../spec/paths.ts';
import type { FleetReading } from '../spec/read-fleet.ts';
import type { SpecIo } from '../spec/spec-io.ts';
import type { Texts } from './change-files.ts';

/**
 * The files of the configuration on disk. A file that has not been touched since it was read is not read again: what
 * that means is told by inode, size and times, which a swapped symlink and a file put back in place change too.
 */
export class SourceFiles implements SpecIo {
  readonly #known = new Map<string, { readonly signature: string; readonly text: string }>();

  async readText(path: string): Promise<string> {
    const signature = signatureOf(path);
    const known = this.#known.get(path);
    if (known && known.signature === signature) return known.text;
    // The signature is from before: what changes while the file is read is seen by the next look.
    const text = readFileSync(path, 'utf8');
    this.#known.set(path, { signature, text });
    return text;
  }

  async listDir(path: string): Promise<string[]> {
    return this.#namesIn(path);
  }

  #namesIn(path: string): string[] {
    try {
      return readdirSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  /** The files as if some had other texts; null is no file. */
  with(texts: Texts): SpecIo {
    return {
      readText: async path => {
        const text = texts.get(path);
        if (text === undefined) return this.readText(path);
        if (text === null) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
        return text;
      },
      listDir: async dir => {
        const names = new Set(this.#namesIn(dir));
        for (const [path, text] of texts) {
          if (dirname(path) !== dir) continue;
          if (text === null) names.delete(basename(path));
          else names.add(basename(path));
        }
        return [...names];
      },
    };
  }

  /** Another text wherever a file, or what is included, can have changed. Costs a look at each file. */
  signature(files: readonly string[], includes: readonly IncludePattern[]): string {
    const hash = createHash('sha1');
    for (const path of files) hash.update(`${path}\0${signatureOf(path)}\0`);
    for (const pattern of includes) {
      const names = this.#namesIn(pattern.dir).filter(name => isIncluded(pattern, name));
      hash.update(`${names.sort().join('\0')}\0`);
    }
    return hash.digest('base64');
  }

  /** Takes over what another process read, and forgets files that are no longer read. */
  know(reading: FleetReading): void {
    const texts = new Map([...reading.sources].map(([path, { text }]) => [path, text] as const));
    for (const [path, text] of reading.envTexts) texts.set(path, text);
    for (const [path, { signature }] of this.#known) {
      const text = texts.get(path);
      if (text === undefined) this.#known.delete(path);
      else this.#known.set(path, { signature, text });
    }
  }
}

/** Times of files count in steps of up to two seconds: a younger file may change again without a new one. */
const youngMs = 2000;

/** Another text wherever a file's content can have changed. */
function signatureOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, mtimeMs, ctimeNs } = statSync(path, { bigint: true });
    const isYoung = Date.now() - Number(mtimeMs) < youngMs;
    const content = isYoung ? createHash('sha1').update(readFileSync(path)).digest('base64') : '';
    return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}:${content}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  }
}
