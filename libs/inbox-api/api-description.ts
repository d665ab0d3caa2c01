/** What the API can do, as data: from it comes `swagger.json`, and the requests that tests make up. */
import { definitions, flag, integer, list, object, ref, type Shape, text } from './api-shapes.ts';
import { apiVersion } from './api-version.ts';

/** What operations are about; readers find them under it. */
export type Group = 'messages' | 'message' | 'tags' | 'sending and waiting' | 'inbox';

/** As readers see them, in this order. */
export const groups: Readonly<Record<Group, string>> = {
  messages: 'Lists and searches',
  message: 'One mail',
  tags: 'Tags',
  'sending and waiting': 'Sending and waiting',
  inbox: 'The inbox itself',
};

export type Operation = {
  readonly group: Group;
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

/** What a parameter of a query says, wherever it stands. */
export const parameterNotes: Readonly<Record<string, string>> = {
  start: 'How many mails stand before the first that is wanted.',
  limit: 'How many are wanted, 50 when left out. 0: all of a list, none of a search.',
  before: 'Only mails that came before this time.',
  around: 'The page with the mail of this id in its middle.',
  at: 'The page that begins with the newest mail not after this time.',
  query:
    'A search: words that must all be there, "phrases", -not, from: to: subject: tag: is:unread has:attachment after: before: larger: …',
  tz: 'Time zone of the dates, e.g. Europe/Berlin.',
  peek: '1: the mail stays unread.',
  dl: '1: to be kept as a file.',
  embed: '1: to be shown in a frame.',
  remote: '1: images and styles of other hosts are loaded.',
  since: 'A cursor of an earlier answer, or for wait the id of a mail: only what came later.',
  timeout: 'Seconds, 30 when left out, at most 120.',
};

export const operations: readonly Operation[] = [
  {
    group: 'messages',
    method: 'get',
    path: '/api/v1/messages',
    summary: 'The newest mails.',
    query: { ...paging, before: text, around: text, at: text, tz: text },
    answer: ref('MessagesSummary'),
  },
  {
    group: 'messages',
    method: 'put',
    path: '/api/v1/messages',
    summary: 'Marks mails read or unread: those of IDs, those that Search finds, or all.',
    query: { tz: text },
    body: object({ Read: flag, IDs: list(text), Search: text }, []),
    answer: plain,
  },
  {
    group: 'messages',
    method: 'delete',
    path: '/api/v1/messages',
    summary: 'Deletes the mails of IDs, or all.',
    body: object({ IDs: list(text) }, []),
    answer: plain,
  },
  {
    group: 'messages',
    method: 'get',
    path: '/api/v1/search',
    summary: 'The mails that a search finds.',
    query: { query: text, ...paging, tz: text, before: text, around: text },
    answer: ref('MessagesSummary'),
  },
  {
    group: 'messages',
    method: 'delete',
    path: '/api/v1/search',
    summary: 'Deletes the mails that a search finds.',
    query: { query: text, tz: text },
    answer: plain,
  },
  {
    group: 'sending and waiting',
    method: 'post',
    path: '/api/v1/send',
    summary: 'Makes a mail and takes it as if SMTP had brought it.',
    body: ref('SendRequest'),
    answer: ref('SendAnswer'),
  },
  {
    group: 'tags',
    method: 'get',
    path: '/api/v1/tags',
    summary: 'All tags that a mail has.',
    answer: list(text),
  },
  {
    group: 'tags',
    method: 'put',
    path: '/api/v1/tags',
    summary: 'Gives mails exactly these tags.',
    body: object({ IDs: list(text), Tags: list(text) }, []),
    answer: plain,
  },
  {
    group: 'tags',
    method: 'put',
    path: '/api/v1/tags/{Tag}',
    summary: 'Renames a tag.',
    body: object({ Name: text }),
    answer: plain,
  },
  {
    group: 'tags',
    method: 'delete',
    path: '/api/v1/tags/{Tag}',
    summary: 'Takes a tag off every mail.',
    answer: plain,
  },
  {
    group: 'message',
    method: 'get',
    path: '/api/v1/message/{ID}',
    summary: 'A mail; marks it read unless peek=1. The ID may be "latest", of those that query finds.',
    query: { ...latest, peek: text },
    answer: ref('Message'),
  },
  {
    group: 'message',
    method: 'get',
    path: '/api/v1/message/{ID}/headers',
    summary: 'Its headers as they came.',
    query: latest,
    answer: ref('MessageHeaders'),
  },
  {
    group: 'message',
    method: 'get',
    path: '/api/v1/message/{ID}/raw',
    summary: 'Its source; dl=1 to be kept as a file.',
    query: { ...latest, dl: text },
    answer: plain,
  },
  {
    group: 'message',
    method: 'get',
    path: '/api/v1/message/{ID}/structure',
    summary: 'The tree of its parts, with types, sizes and headers.',
    query: latest,
    answer: { type: 'object' },
  },
  {
    group: 'message',
    method: 'get',
    path: '/api/v1/message/{ID}/part/{PartID}',
    summary: 'Something attached or inline, decoded.',
    query: latest,
    answer: '*',
  },
  {
    group: 'sending and waiting',
    method: 'get',
    path: '/api/v1/wait',
    summary: 'The newest mail that a search finds, or the first to arrive within timeout seconds.',
    query: { ...latest, since: text, timeout: integer },
    answer: ref('Message'),
  },
  {
    group: 'sending and waiting',
    method: 'get',
    path: '/api/v1/changes',
    summary: 'What happened to the mailbox since a cursor.',
    query: { since: text },
    answer: ref('Changes'),
  },
  {
    group: 'messages',
    method: 'get',
    path: '/api/v1/days',
    summary: 'Mails a day, and where in the list each day begins.',
    query: { tz: text },
    answer: ref('Days'),
  },
  {
    group: 'inbox',
    method: 'get',
    path: '/api/v1/connect',
    summary: 'How this inbox is reached, and what it keeps.',
    query: { tz: text },
    answer: ref('Connect'),
  },
  {
    group: 'inbox',
    method: 'get',
    path: '/api/v1/sessions',
    summary: 'What was said in the last SMTP sessions, the newest first.',
    answer: ref('Sessions'),
  },
  {
    group: 'inbox',
    method: 'get',
    path: '/api/v1/info',
    summary: 'Version, counts, figures.',
    answer: ref('AppInformation'),
  },
  {
    group: 'inbox',
    method: 'get',
    path: '/api/v1/webui',
    summary: 'What a page needs to know of the settings.',
    answer: ref('WebUIConfiguration'),
  },
  {
    group: 'inbox',
    method: 'get',
    path: '/api/v1/chaos',
    summary: 'Which SMTP commands fail on purpose.',
    answer: ref('ChaosTriggers'),
  },
  {
    group: 'inbox',
    method: 'put',
    path: '/api/v1/chaos',
    summary: 'Lets SMTP commands fail on purpose.',
    body: ref('ChaosTriggers'),
    answer: ref('ChaosTriggers'),
  },
  {
    group: 'message',
    method: 'get',
    path: '/view/{ID}.html',
    summary: 'The HTML of a mail.',
    query: { ...latest, embed: text, remote: text },
    answer: 'text/html',
  },
  {
    group: 'message',
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

function describe({ group, path, summary, query = {}, body, answer }: Operation): object {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    return { name, in: 'path', required: true, type: 'string' };
  });
  const inQuery = Object.entries(query).map(([name, shape]) => {
    return { name, in: 'query', description: parameterNotes[name], ...shape };
  });
  const inBody = body ? [{ name: 'Body', in: 'body', schema: body }] : [];
  const isJson = typeof answer !== 'string';
  return {
    tags: [group],
    summary,
    ...(isJson ? {} : { produces: [answer === '*' ? 'application/octet-stream' : answer] }),
    parameters: [...inPath, ...inQuery, ...inBody],
    responses: {
      200: { description: 'It worked.', ...(isJson ? { schema: answer } : {}) },
      400: { description: 'It cannot be done so; the body says why.' },
    },
  };
}
