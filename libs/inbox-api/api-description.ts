/** What the API can do, as data: from it comes `swagger.json`, and the requests that tests make up. */
import { definitions, flag, integer, list, object, ref, type Shape, text } from './api-shapes.ts';
import { apiVersion } from './api-version.ts';

export type Operation = {
  readonly method: 'get' | 'put' | 'post' | 'delete';
  /** `{…}` is a parameter. */
  readonly path: string;
  readonly summary: string;
  readonly query?: Readonly<Record<string, Shape>>;
  readonly body?: Shape;
  /** Of a 200; a string is a Content-Type of something else than JSON, `*`: any. */
  readonly answer: Shape | string;
};

const plain = 'text/plain';
const paging = { start: integer, limit: integer };
const latest = { query: text, tz: text };

export const operations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/messages',
    summary: 'The newest mails.',
    query: { ...paging, before: text },
    answer: ref('MessagesSummary'),
  },
  {
    method: 'put',
    path: '/api/v1/messages',
    summary: 'Marks mails read or unread: those of IDs, those that Search finds, or all.',
    query: { tz: text },
    body: object({ Read: flag, IDs: list(text), Search: text }, []),
    answer: plain,
  },
  {
    method: 'delete',
    path: '/api/v1/messages',
    summary: 'Deletes the mails of IDs, or all.',
    body: object({ IDs: list(text) }, []),
    answer: plain,
  },
  {
    method: 'get',
    path: '/api/v1/search',
    summary: 'The mails that a search finds.',
    query: { query: text, ...paging, tz: text, before: text },
    answer: ref('MessagesSummary'),
  },
  {
    method: 'delete',
    path: '/api/v1/search',
    summary: 'Deletes the mails that a search finds.',
    query: { query: text, tz: text },
    answer: plain,
  },
  {
    method: 'post',
    path: '/api/v1/send',
    summary: 'Makes a mail and takes it as if SMTP had brought it.',
    body: ref('SendRequest'),
    answer: ref('SendAnswer'),
  },
  { method: 'get', path: '/api/v1/tags', summary: 'All tags that a mail has.', answer: list(text) },
  {
    method: 'put',
    path: '/api/v1/tags',
    summary: 'Gives mails exactly these tags.',
    body: object({ IDs: list(text), Tags: list(text) }, []),
    answer: plain,
  },
  {
    method: 'put',
    path: '/api/v1/tags/{Tag}',
    summary: 'Renames a tag.',
    body: object({ Name: text }),
    answer: plain,
  },
  { method: 'delete', path: '/api/v1/tags/{Tag}', summary: 'Takes a tag off every mail.', answer: plain },
  {
    method: 'get',
    path: '/api/v1/message/{ID}',
    summary: 'A mail; marks it read unless peek=1. The ID may be "latest", of those that query finds.',
    query: { ...latest, peek: text },
    answer: ref('Message'),
  },
  {
    method: 'get',
    path: '/api/v1/message/{ID}/headers',
    summary: 'Its headers as they came.',
    query: latest,
    answer: ref('MessageHeaders'),
  },
  {
    method: 'get',
    path: '/api/v1/message/{ID}/raw',
    summary: 'Its source; dl=1 to be kept as a file.',
    query: { ...latest, dl: text },
    answer: plain,
  },
  {
    method: 'get',
    path: '/api/v1/message/{ID}/structure',
    summary: 'The tree of its parts, with types, sizes and headers.',
    query: latest,
    answer: { type: 'object' },
  },
  {
    method: 'get',
    path: '/api/v1/message/{ID}/part/{PartID}',
    summary: 'Something attached or inline, decoded.',
    query: latest,
    answer: '*',
  },
  {
    method: 'get',
    path: '/api/v1/wait',
    summary: 'The newest mail that a search finds, or the first to arrive within timeout seconds.',
    query: { ...latest, since: text, timeout: integer },
    answer: ref('Message'),
  },
  {
    method: 'get',
    path: '/api/v1/changes',
    summary: 'What happened to the mailbox since a cursor.',
    query: { since: text },
    answer: ref('Changes'),
  },
  {
    method: 'get',
    path: '/api/v1/info',
    summary: 'Version, counts, figures.',
    answer: ref('AppInformation'),
  },
  {
    method: 'get',
    path: '/api/v1/webui',
    summary: 'What a page needs to know of the settings.',
    answer: ref('WebUIConfiguration'),
  },
  {
    method: 'get',
    path: '/api/v1/chaos',
    summary: 'Which SMTP commands fail on purpose.',
    answer: ref('ChaosTriggers'),
  },
  {
    method: 'put',
    path: '/api/v1/chaos',
    summary: 'Lets SMTP commands fail on purpose.',
    body: ref('ChaosTriggers'),
    answer: ref('ChaosTriggers'),
  },
  {
    method: 'get',
    path: '/view/{ID}.html',
    summary: 'The HTML of a mail.',
    query: { ...latest, embed: text, remote: text },
    answer: 'text/html',
  },
  {
    method: 'get',
    path: '/view/{ID}.txt',
    summary: 'The text of a mail.',
    query: latest,
    answer: plain,
  },
];

/** The description as Swagger 2.0. */
export function renderSwagger(webroot: string): string {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    paths[operation.path] ??= {};
    Object.assign(paths[operation.path] as object, { [operation.method]: describe(operation) });
  }
  return JSON.stringify({
    ...(webroot === '/' ? {} : { basePath: webroot.slice(0, -1) }),
    swagger: '2.0',
    info: { title: 'mpctl', description: "A tenant's mail.", version: apiVersion },
    schemes: ['http', 'https'],
    consumes: ['application/json'],
    produces: ['application/json'],
    paths,
    definitions,
  });
}

function describe({ path, summary, query = {}, body, answer }: Operation): object {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    return { name, in: 'path', required: true, type: 'string' };
  });
  const inQuery = Object.entries(query).map(([name, shape]) => ({ name, in: 'query', ...shape }));
  const inBody = body ? [{ name: 'Body', in: 'body', schema: body }] : [];
  const isJson = typeof answer !== 'string';
  return {
    summary,
    ...(isJson ? {} : { produces: [answer === '*' ? 'application/octet-stream' : answer] }),
    parameters: [...inPath, ...inQuery, ...inBody],
    responses: {
      200: { description: 'It worked.', ...(isJson ? { schema: answer } : {}) },
      400: { description: 'It cannot be done so; the body says why.' },
    },
  };
}
