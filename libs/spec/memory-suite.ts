/** Files that exist in memory alone, for tests. */
import { basename, dirname, join } from 'node:path/posix';
import type { HostFacts } from './resolve.ts';
import type { SpecIo } from './spec-io.ts';

/** Names in `files` are relative to `dir`; the map may be changed between readings. */
export function filesIo(dir: string, files: ReadonlyMap<string, string>): SpecIo {
  const byPath = () => new Map([...files].map(([name, text]) => [join(dir, name), text]));
  return {
    async readText(path) {
      const text = byPath().get(path);
      if (text === undefined) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
      return text;
    },
    async listDir(path) {
      return [...byPath().keys()].filter(each => dirname(each) === path).map(each => basename(each));
    },
  };
}

export const facts: HostFacts = {
  runDir: null,
  dataDir: null,
  defaultRunDir: '/run/mailpit',
  defaultDataDir: '/var/lib/mpctl',
  hostname: 'host.example',
  logFormat: 'json',
};
