/**
 * The folder that is written for the web server. What is served is `current/*.conf`; nothing outside of these names is
 * ever touched.
 *
 *     <outputDir>/current  → versions/000002-3f2ab0c41d9e
 *                 previous → versions/000001-…   only while `current` has not proven itself
 *                 subpath  → current/subpath     for the sites that take in one tenant
 *                 versions/<version>/{*.conf,subpath/*.inc,manifest.json}
 *                 refused/<version>/{…,why.txt}
 */
import { join } from 'node:path/posix';
import type { ProxyServer } from './proxy-spec.ts';

export type ProxyPaths = {
  readonly current: string;
  readonly previous: string;
  readonly subpath: string;
  readonly versions: string;
  readonly refused: string;
};

export function proxyPaths(outputDir: string): ProxyPaths {
  return {
    current: join(outputDir, 'current'),
    previous: join(outputDir, 'previous'),
    subpath: join(outputDir, 'subpath'),
    versions: join(outputDir, 'versions'),
    refused: join(outputDir, 'refused'),
  };
}

/** A file of a version, or a version of a folder; `name` is one of ours. */
export function proxyPath(dir: string, name: string): string {
  return join(dir, name);
}

/** What the links of the folder say. */
export const currentSubpathTarget = join('current', 'subpath');

export function versionTarget(version: string): string {
  return join('versions', version);
}

/** e.g. `000002-3f2ab0c41d9e`: later versions sort later. */
export function versionName(number: number, hash: string): string {
  return `${String(number).padStart(6, '0')}-${hash.slice(0, 12)}`;
}

/** The version's number; null for a name that is none. */
export function versionNumber(name: string): number | null {
  const [, number] = /^(\d{6,})-[0-9a-f]{12}$/.exec(name) ?? [];
  return number === undefined ? null : Number(number);
}

/** The templates that come with mpctl. */
export function templatesDir(programRoot: string, server: ProxyServer): string {
  return join(programRoot, `${server}-templates`);
}
