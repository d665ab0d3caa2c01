import { type Group, groups, type Operation, operations, parameterNotes } from '../api-description.ts';
import { apiNotes } from '../api-notes.ts';
import { definitions, type Shape } from '../api-shapes.ts';
import { apiVersion } from '../api-version.ts';
import { escapeHtml } from '../app-files.ts';
import type { InboxRequest } from '../inbox-request.ts';
import type { Reply } from '../reply.ts';
import { apiPageStyle } from './api-page-style.ts';

/** `GET api/v1/`: the API for people, made from its description; needs no script and nothing of elsewhere. */
export function getApiPage({ tenant, nonce, headers }: InboxRequest): Reply {
  const { webroot, label } = tenant.settings;
  const title = `API of ${label || tenant.id}`;
  const root = `${addressOf(headers)}${webroot}`;
  const all = Object.entries(groups) as [Group, string][];
  return {
    status: 200,
    type: 'text/html; charset=utf-8',
    headers: {
      'Content-Security-Policy': `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'`,
      'X-Content-Type-Options': 'nosniff',
    },
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<base href="${escapeHtml(webroot)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">${apiPageStyle}</style>
</head>
<body>
<nav aria-label="Operations">
<p><a href="">Back to the inbox</a></p>
${all.map(([group, name]) => renderIndex(group, name)).join('\n')}
<p><a href="api/v1/#shapes">Shapes</a></p>
</nav>
<main>
<h1>${escapeHtml(title)}</h1>
<p>Everything below <code>${escapeHtml(root)}</code>, version <code>${escapeHtml(apiVersion)}</code>.
For programs the same stands in <a href="api/v1/swagger.json">swagger.json</a>.</p>
<pre>curl ${escapeHtml(root)}api/v1/messages?limit=1
curl --unix-socket http.sock http://localhost${escapeHtml(webroot)}api/v1/messages?limit=1</pre>
${renderNotes('all')}
${all.map(([group, name]) => renderGroup(group, name)).join('\n')}
<h2 id="shapes">Shapes</h2>
${Object.entries(definitions)
  .map(([name, shape]) => renderDefinition(name, shape))
  .join('\n')}
</main>
</body>
</html>
`,
  };
}

/** How the reader has got here, for examples only. */
function addressOf(headers: InboxRequest['headers']): string {
  const said = (name: string) =>
    String(headers[name] ?? '')
      .split(',', 1)[0]
      ?.trim() ?? '';
  const scheme = said('x-forwarded-proto') === 'https' ? 'https' : 'http';
  return `${scheme}://${said('x-forwarded-host') || headers.host || 'localhost'}`;
}

const of = (group: Group) => operations.filter(operation => operation.group === group);
const anchorOf = ({ method, path }: Operation) => `${method}${path.replace(/[^a-z0-9]+/gi, '-')}`;

function renderIndex(group: Group, name: string): string {
  const items = of(group).map(
    operation =>
      `<li><a href="api/v1/#${anchorOf(operation)}">${renderMethod(operation)} ${escapeHtml(shortPath(operation))}</a>`,
  );
  return `<h2>${name}</h2>\n<ul>${items.join('\n')}</ul>`;
}

function renderGroup(group: Group, name: string): string {
  return `<h2>${name}</h2>\n${of(group).map(renderOperation).join('\n')}\n${renderNotes(group)}`;
}

function renderNotes(of: keyof typeof apiNotes): string {
  const render = (note: string) =>
    note.startsWith('$ ')
      ? `<pre>${escapeHtml(note.replace(/^\$ /gm, ''))}</pre>`
      : `<p>${escapeHtml(note).replace(/`([^`]+)`/g, '<code>$1</code>')}</p>`;
  return apiNotes[of].map(render).join('\n');
}

const renderMethod = ({ method }: Operation) => `<b class="${method}">${method.toUpperCase()}</b>`;
const shortPath = ({ path }: Operation) => path.replace('/api/v1/', '').replace(/^\//, '');

function renderOperation(operation: Operation): string {
  const { path, summary, query = {}, body, answer } = operation;
  return `<article id="${anchorOf(operation)}">
<h3>${renderMethod(operation)} <code>${escapeHtml(path.slice(1))}</code></h3>
<p>${escapeHtml(summary)}</p>
${operation.method === 'get' ? renderForm(operation, query) : renderParameters(query)}
${body ? renderExample('Body', body) : ''}
${typeof answer === 'string' ? `<p>Answers ${answer === '*' ? 'what it is' : `<code>${answer}</code>`}.</p>` : renderExample('Answer', answer)}
</article>`;
}

function renderParameters(query: Readonly<Record<string, Shape>>): string {
  const rows = Object.keys(query).map(
    name => `<dt><code>${name}</code></dt><dd>${escapeHtml(parameterNotes[name] ?? '')}</dd>`,
  );
  return rows.length > 0 ? `<dl>${rows.join('\n')}</dl>` : '';
}

/** An empty one is a mistake, and a form sends it. */
const notInForms = new Set(['since']);

/** What only reads can be tried at once: on the newest mail, where it is about one. */
function renderForm({ path }: Operation, query: Readonly<Record<string, Shape>>): string {
  const action = path.slice(1).replace('{ID}', 'latest').replace('{PartID}', '1');
  const rows = Object.keys(query).map(
    name =>
      `<label><code>${name}</code> ${notInForms.has(name) ? '<i></i>' : `<input name="${name}">`} <span>${escapeHtml(parameterNotes[name] ?? '')}</span></label>`,
  );
  return `<form action="${escapeHtml(action)}" target="_blank" rel="noopener noreferrer">${rows.join('\n')}<button>Try</button></form>`;
}

function renderExample(title: string, shape: Shape): string {
  const name = '$ref' in shape ? nameOf(shape.$ref) : null;
  const link = name === null ? '' : ` <a href="api/v1/#shape-${name}">${name}</a>`;
  const example = escapeHtml(JSON.stringify(exampleOf(shape), null, 2));
  return `<details><summary>${title}${link}</summary><pre>${example}</pre></details>`;
}

function renderDefinition(name: string, shape: Shape): string {
  const example = escapeHtml(JSON.stringify(exampleOf(shape), null, 2));
  return `<details id="shape-${name}"><summary><code>${name}</code></summary><pre>${example}</pre></details>`;
}

const nameOf = (ref: string) => ref.split('/').at(-1) as keyof typeof definitions;

/** A value of this shape that says of each of its places what belongs there. */
function exampleOf(shape: Shape): unknown {
  if ('$ref' in shape) return exampleOf(definitions[nameOf(shape.$ref)]);
  switch (shape.type) {
    case 'array':
      return [exampleOf(shape.items)];
    case 'object': {
      const { properties = {}, additionalProperties } = shape;
      const keys = Object.entries(properties).map(([key, value]) => [key, exampleOf(value)] as const);
      return Object.fromEntries(additionalProperties ? [['…', exampleOf(additionalProperties)]] : keys);
    }
    case 'string':
      return shape.format === 'date-time' ? '2026-11-21T10:00:00.000Z' : '…';
    case 'boolean':
      return false;
    default:
      return 0;
  }
}
