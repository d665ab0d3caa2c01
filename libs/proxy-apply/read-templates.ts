import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TemplateSource } from '../proxy/template.ts';

/** Reads all templates of the folders; of two with one name the first folder's wins. A folder that is missing throws. */
export async function readTemplates(dirs: readonly string[]): Promise<TemplateSource> {
  const texts = new Map<string, string>();
  for (const dir of dirs.toReversed()) {
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      if (entry.isFile()) texts.set(entry.name, await readFile(join(dir, entry.name), 'utf8'));
    }
  }
  return name => texts.get(name);
}
