import { type Signal, signal } from '@preact/signals';
import type {
  Changes,
  Chaos,
  Connect,
  DayCount,
  Info,
  Message,
  Page,
  PartStructure,
  SmtpSession,
  WebUi,
} from './api-shapes.ts';

/** What a server may lack: an older one of ours, or another program with the same API. */
export type Optional = 'structure' | 'changes' | 'days' | 'connect' | 'sessions';

/** The server answered, but not with what was asked for; `message` is its own text. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Another origin's page cannot read these answers, and the browser sends the tenant's credentials by itself. */
export class Api {
  readonly #base: string;
  readonly #timeZone: () => string;
  /** What was asked for and is not there: the page hides it. */
  readonly missing: Signal<ReadonlySet<Optional>> = signal(new Set());

  /** `base` is the webroot with both slashes, e.g. `/` or `/mailpit/`; dates are read in `timeZone`. */
  constructor(base: string, timeZone: () => string) {
    this.#base = base;
    this.#timeZone = timeZone;
  }

  /** Address of an API path, for links: `api.url('message/x/raw')`. */
  url(path: string): string {
    return `${this.#base}api/v1/${path}`;
  }

  /** A mail's HTML as the server gives it out: in a box that runs nothing. */
  viewUrl(id: string, remote: boolean): string {
    return `${this.#base}view/${encodeURIComponent(id)}.html${remote ? '?remote=1' : ''}`;
  }

  /** Its plain text. */
  textUrl(id: string): string {
    return `${this.#base}view/${encodeURIComponent(id)}.txt`;
  }

  get eventsUrl(): string {
    const url = new URL(`${this.#base}api/events?cursor=1`, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url.href;
  }

  page(query: string, start: number, limit: number, signal?: AbortSignal): Promise<Page> {
    const search = new URLSearchParams({ start: String(start), limit: String(limit) });
    return this.#json(this.#listPath(query, search), signal);
  }

  /** The page with this mail in its middle; a server that does not know `around` gives the first one. */
  around(query: string, id: string, limit: number, signal?: AbortSignal): Promise<Page> {
    const search = new URLSearchParams({ around: id, limit: String(limit) });
    return this.#json(this.#listPath(query, search), signal);
  }

  async days(): Promise<readonly DayCount[]> {
    const { Days } = await this.#optional<{ Days: DayCount[] }>(
      'days',
      `days?tz=${encodeURIComponent(this.#timeZone())}`,
    );
    return Days;
  }

  connect(): Promise<Connect> {
    return this.#optional('connect', `connect?tz=${encodeURIComponent(this.#timeZone())}`);
  }

  async sessions(): Promise<readonly SmtpSession[]> {
    return (await this.#optional<{ Sessions: SmtpSession[] }>('sessions', 'sessions')).Sessions;
  }

  info(): Promise<Info> {
    return this.#json('info');
  }

  webUi(): Promise<WebUi> {
    return this.#json('webui');
  }

  chaos(): Promise<Chaos> {
    return this.#json('chaos');
  }

  async setChaos(chaos: Chaos): Promise<Chaos> {
    return (await this.#write('PUT', 'chaos', chaos)).json() as Promise<Chaos>;
  }

  /** `peek` leaves the mail unread: for reading ahead. */
  message(id: string, peek: boolean, signal?: AbortSignal): Promise<Message> {
    return this.#json(`message/${encodeURIComponent(id)}${peek ? '?peek=1' : ''}`, signal);
  }

  structure(id: string): Promise<PartStructure> {
    // A mail that is gone is answered as a path that is unknown.
    return this.#optional('structure', `message/${encodeURIComponent(id)}/structure`, () => this.headers(id));
  }

  changes(since: string): Promise<Changes> {
    return this.#optional('changes', `changes?since=${encodeURIComponent(since)}`);
  }

  async raw(id: string): Promise<string> {
    return (await this.#fetch(`message/${encodeURIComponent(id)}/raw`)).text();
  }

  async setRead(
    read: boolean,
    which: { readonly ids: readonly string[] } | { readonly query: string } | 'all',
  ): Promise<void> {
    const body = which === 'all' ? {} : 'ids' in which ? { IDs: which.ids } : { Search: which.query };
    await this.#write('PUT', 'messages', { Read: read, ...body });
  }

  async remove(
    which: { readonly ids: readonly string[] } | { readonly query: string } | 'all',
  ): Promise<void> {
    if (which !== 'all' && 'query' in which) {
      const search = new URLSearchParams({
        query: which.query,
        tz: this.#timeZone(),
      });
      await this.#write('DELETE', `search?${search}`);
      return;
    }
    await this.#write('DELETE', 'messages', which === 'all' ? {} : { IDs: which.ids });
  }

  async setTags(ids: readonly string[], tags: readonly string[]): Promise<void> {
    await this.#write('PUT', 'tags', { IDs: ids, Tags: tags });
  }

  async renameTag(tag: string, name: string): Promise<void> {
    await this.#write('PUT', `tags/${encodeURIComponent(tag)}`, { Name: name });
  }

  async deleteTag(tag: string): Promise<void> {
    await this.#write('DELETE', `tags/${encodeURIComponent(tag)}`);
  }

  /** Headers by name, for servers that do not know `structure`. */
  headers(id: string): Promise<Readonly<Record<string, readonly string[]>>> {
    return this.#json(`message/${encodeURIComponent(id)}/headers`);
  }

  async part(id: string, part: string): Promise<Response> {
    return this.#fetch(`message/${encodeURIComponent(id)}/part/${encodeURIComponent(part)}`);
  }

  /** Puts a mail into this inbox. */
  async send(mail: object): Promise<void> {
    await this.#write('POST', 'send', mail);
  }

  #listPath(query: string, search: URLSearchParams): string {
    if (query === '') return `messages?${search}`;
    search.set('query', query);
    search.set('tz', this.#timeZone());
    return `search?${search}`;
  }

  async #write(method: 'PUT' | 'DELETE' | 'POST', path: string, body?: unknown): Promise<Response> {
    return this.#fetch(path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
  }

  /** Notes that a server has nothing there, provided that what it is about is there: `known` asks for that. */
  async #optional<T>(what: Optional, path: string, known?: () => Promise<unknown>): Promise<T> {
    try {
      return await this.#json<T>(path);
    } catch (error) {
      const isAbsent = error instanceof ApiError && (error.status === 501 || error.status === 404);
      const isKnown = isAbsent && ((await known?.().then(Boolean, () => false)) ?? true);
      if (isKnown) this.missing.value = new Set([...this.missing.value, what]);
      throw error;
    }
  }

  async #json<T>(path: string, signal?: AbortSignal): Promise<T> {
    return (await this.#fetch(path, signal ? { signal } : {})).json() as Promise<T>;
  }

  async #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(this.url(path), init);
    if (!response.ok) throw new ApiError(response.status, (await response.text()).trim());
    return response;
  }
}
