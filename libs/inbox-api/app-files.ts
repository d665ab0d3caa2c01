/** The inbox app as it was built: its files, read once, and its index page, filled in for each tenant. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

export type AppFile = { readonly type: string; readonly body: Buffer };

export type AppFiles = {
  readonly index: string;
  /** Name below `dist/`, e.g. `index-3f2a.js`; undefined when there is none. */
  readonly files: ReadonlyMap<string, AppFile>;
};

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** What `dir` holds; null when the app was not built. Some 100 kB, kept by each shard. */
export function readAppFiles(dir: string): AppFiles | null {
  try {
    const names = readdirSync(join(dir, 'dist'));
    const files = names.map(name => {
      const type = types[extname(name)] ?? 'text/plain; charset=utf-8';
      return [name, { type, body: readFileSync(join(dir, 'dist', name)) }] as const;
    });
    return { index: readFileSync(join(dir, 'index.html'), 'utf8'), files: new Map(files) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export type IndexValues = {
  readonly webroot: string;
  readonly version: string;
  /** What people call the tenant. */
  readonly label: string;
  /** The user name of whoever asks; empty without a login. */
  readonly login: string;
  readonly nonce: string;
  readonly first: FirstRows | null;
};

/** A page of the list as the API gives it, and the place in the order of changes before which all is in it. */
export type FirstRows = { readonly cursor: string; readonly json: string };

/** The index page: addresses start at the webroot, scripts carry the nonce. */
export function renderIndex(
  index: string,
  { webroot, version, label, login, nonce, first }: IndexValues,
): string {
  const data = `data-webroot="${escapeHtml(webroot)}" data-version="${escapeHtml(version)}" data-label="${escapeHtml(label)}" data-login="${escapeHtml(login)}"`;
  return index
    .replace('<head>', () => `<head><base href="${escapeHtml(webroot)}">`)
    .replace(/<title>[^<]*/, () => `<title>${escapeHtml(label)}`)
    .replace('<div id="app"', () => `<div id="app" ${data}`)
    .replaceAll(/<(script|link rel="modulepreload") /g, start => `${start}nonce="${nonce}" `)
    .replace('</body>', end => `${first === null ? '' : renderFirstRows(first)}${end}`);
}

/** Data, which no policy keeps from being there; the API's JSON has no `<` in it. */
const renderFirstRows = ({ cursor, json }: FirstRows) =>
  `<script type="application/json" id="first-rows" data-cursor="${escapeHtml(cursor)}">${json}</script>`;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in HTML, between tags or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, char => entities[char] as string);
}
