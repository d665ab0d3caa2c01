import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { maxFileBytes, readRegularSync } from '../files/regular-file.ts';
import { type IncludePattern, isIncluded } from '../spec/paths.ts';
import type { FleetReading } from '../spec/read-fleet.ts';
import type { SpecIo } from '../spec/spec-io.ts';
import type { Texts } from './change-files.ts';

/** Every file that counts, and where more are looked for. */
export type WatchedFiles = {
  readonly files: readonly string[];
  readonly includes: readonly IncludePattern[];
};

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
    this.#known.delete(path);
    // The signature is from before: what changes while the file is read is seen by the next look.
    const text = readRegularSync(path, maxFileBytes);
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

  /** Notes what was written here, unless somebody else wrote since. */
  remember(path: string, text: string): void {
    const signature = signatureOf(path);
    if (signature.endsWith(`:${digestOf(text)}`)) this.#known.set(path, { signature, text });
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

  /** How the files look on disk; another text wherever one can have changed. Costs a look at each. */
  onDisk({ files, includes }: WatchedFiles): string {
    const names = ({ dir }: IncludePattern) => this.#namesIn(dir);
    return digestOf(
      [...files.map(signatureOf), ...includes.flatMap(each => matches(each, names(each)))].join('\n'),
    );
  }

  /** How they looked when they were read: the same text as `onDisk` if nothing changed since. */
  asKnown({ files, includes }: WatchedFiles): string {
    const signatures = files.map(path => this.#known.get(path)?.signature ?? 'ENOENT');
    const names = ({ dir }: IncludePattern) =>
      [...this.#known.keys()].filter(path => dirname(path) === dir).map(path => basename(path));
    return digestOf([...signatures, ...includes.flatMap(each => matches(each, names(each)))].join('\n'));
  }

  /** Takes over what another process read, and forgets files that are no longer read. */
  know(reading: FleetReading): void {
    const texts = new Map([...reading.sources].map(([path, { text }]) => [path, text] as const));
    for (const [path, text] of reading.sideTexts) texts.set(path, text);
    for (const [path, { signature }] of this.#known) {
      const text = texts.get(path);
      if (text === undefined) this.#known.delete(path);
      else this.#known.set(path, { signature, text });
    }
  }
}

function digestOf(content: string | Buffer): string {
  return createHash('sha1').update(content).digest('base64');
}

function matches(pattern: IncludePattern, names: readonly string[]): string[] {
  return names.filter(name => isIncluded(pattern, name)).sort();
}

/** Times of files count in steps of up to two seconds: a younger file may change again without a new one. */
const youngMs = 2000;

/** Another text wherever a file's content can have changed. */
function signatureOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, mtimeMs, ctimeNs } = statSync(path, { bigint: true });
    const isYoung = Date.now() - Number(mtimeMs) < youngMs;
    const content = isYoung ? digestOf(readRegularSync(path, maxFileBytes)) : '';
    return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}:${content}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  }
}
