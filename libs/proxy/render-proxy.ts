/**
 * The web server's text for a fleet: a pure function of the model and the templates.
 *
 *     planProxy ─► ProxyModel ─► renderProxy ─► RenderedProxy (files and one hash) ─► written, checked, swapped elsewhere
 */
import { createHash } from 'node:crypto';
import type { ProxyServer } from '../spec/proxy-spec.ts';
import { apacheDialect } from './apache.ts';
import type { Dialect, ProxyDocument } from './dialect.ts';
import { nginxDialect } from './nginx.ts';
import type { ProxyModel } from './proxy-model.ts';
import { parseTemplate, renderTemplate, type Template, type TemplateSource } from './template.ts';

export type RenderedProxy = {
  /** 32 hex digits; changes with any byte of any file below its first line, and with nothing else. */
  readonly hash: string;
  /** Path relative to the version's folder → text. */
  readonly files: ReadonlyMap<string, string>;
};

const dialects: Readonly<Record<ProxyServer, Dialect>> = { nginx: nginxDialect, apache: apacheDialect };

export function dialectOf(server: ProxyServer): Dialect {
  return dialects[server];
}

/** Throws `PROXY_TEMPLATE` where a template does not fit; `version` is said in each file's first line. */
export function renderProxy(
  server: ProxyServer,
  model: ProxyModel,
  source: TemplateSource,
  version: string,
): RenderedProxy {
  const dialect = dialects[server];
  const documents = dialect.documents(model);
  const templates = new Map<string, Template>();
  const render = ({ template, data }: ProxyDocument, hash: string) => {
    const parsed = templates.get(template) ?? parseTemplate(template, source);
    templates.set(template, parsed);
    return renderTemplate(parsed, { hash, ...data }, dialect.escapes);
  };
  const bodies = new Map(documents.map(document => [document.path, render(document, '')]));
  const hash = hashOf([...bodies].flat());
  // Where the hash is said it was empty while it was made.
  for (const document of documents) {
    if (document.template === 'probe.conf') bodies.set(document.path, render(document, hash));
  }
  const files = new Map([...bodies].map(([path, body]) => [path, `${banner(version, body)}\n${body}`]));
  return { hash, files };
}

/** Says who wrote the file and what its other lines were when it was written. */
function banner(version: string, body: string): string {
  return `# Written by mpctl ${version}, content ${hashOf([body])}. Do not edit: change tenants.yaml or the templates.`;
}

/** Whether two files differ in nothing but their first line. */
export function isSameBody(one: string, other: string): boolean {
  return one.slice(one.indexOf('\n')) === other.slice(other.indexOf('\n'));
}

function hashOf(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:${text}`);
  return hash.digest('hex').slice(0, 32);
}
