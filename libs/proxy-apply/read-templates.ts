import { readdir, readFile } from 'node:fs/promises';
import { MpctlError } from '../base/error.ts';
import type { TemplateSource } from '../proxy/template.ts';
import { proxyPath } from '../spec/proxy-paths.ts';

/**
 * Reads all templates of the folders; of two with one name the first folder's wins.
 * @throws MpctlError PROXY_TEMPLATES_UNREADABLE
 */
export async function readTemplates(dirs: readonly string[]): Promise<TemplateSource> {
  const texts = new Map<string, string>();
  for (const dir of dirs.toReversed()) {
    try {
      for (const name of await readdir(dir)) {
        if (isTemplate(name)) texts.set(name, await readFile(proxyPath(dir, name), 'utf8'));
      }
    } catch (cause) {
      const message = `cannot read the templates in ${dir}: ${(cause as Error).message}`;
      throw new MpctlError('PROXY_TEMPLATES_UNREADABLE', message, { cause });
    }
  }
  return name => texts.get(name);
}

const isTemplate = (name: string) => /^[\w-]+\.(conf|inc|map)$/.test(name);
