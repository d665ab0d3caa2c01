/** The tenant's HTTP API as the page uses it. Shapes are the API's own; see docs/compat.md for where they come from. */

export type Address = { readonly Name: string; readonly Address: string };

export type Summary = {
  readonly ID: string;
  readonly MessageID: string;
  readonly Read: boolean;
  readonly From: Address | null;
  readonly To: readonly Address[] | null;
  readonly Cc: readonly Address[] | null;
  readonly Bcc: readonly Address[] | null;
  readonly ReplyTo: readonly Address[] | null;
  readonly Subject: string;
  readonly Created: string;
  readonly Username: string;
  readonly Tags: readonly string[];
  readonly Size: number;
  readonly Attachments: number;
  readonly Snippet: string;
};

export type Page = {
  readonly total: number;
  readonly unread: number;
  /** Of the search, or of the whole inbox. */
  readonly messages_count: number;
  readonly messages_unread: number;
  readonly start: number;
  readonly tags: readonly string[];
  readonly messages: readonly Summary[];
};

/** What happened since a cursor; `Reset`: too much to tell. */
export type Changes = {
  readonly Cursor: string;
  readonly New: readonly Summary[];
  readonly Updated: readonly {
    readonly ID: string;
    readonly Read: boolean;
    readonly Tags: readonly string[];
  }[];
  readonly Deleted: readonly string[];
  readonly Reset: boolean;
};

/** A node of a mail's part tree; headers in the mail's order and case. */
export type PartStructure = {
  readonly PartID: string;
  readonly ContentType: string;
  readonly Parameters: Readonly<Record<string, string>>;
  readonly Disposition: string;
  readonly FileName: string;
  readonly ContentID: string;
  readonly Encoding: string;
  readonly Size: number;
  readonly Headers: readonly { readonly Name: string; readonly Value: string }[];
  readonly Parts: readonly PartStructure[];
};

export type Part = {
  readonly PartID: string;
  readonly FileName: string;
  readonly ContentType: string;
  readonly ContentID: string;
  readonly Size: number;
  readonly Checksums?: { readonly MD5: string; readonly SHA1: string; readonly SHA256: string };
};

export type Message = {
  readonly ID: string;
  readonly MessageID: string;
  readonly From: Address | null;
  readonly To: readonly Address[];
  readonly Cc: readonly Address[];
  readonly Bcc: readonly Address[];
  readonly ReplyTo: readonly Address[];
  readonly ReturnPath: string;
  readonly Subject: string;
  readonly ListUnsubscribe: {
    readonly Header: string;
    readonly Links: readonly string[];
    readonly Errors: string;
    readonly HeaderPost: string;
  };
  readonly Date: string;
  readonly Tags: readonly string[];
  readonly Username: string;
  readonly Text: string;
  readonly HTML: string;
  readonly Size: number;
  readonly Inline: readonly Part[];
  readonly Attachments: readonly Part[];
  readonly ParseError?: string;
};

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

  /** `base` is the webroot with both slashes, e.g. `/` or `/mailpit/`. */
  constructor(base: string) {
    this.#base = base;
  }

  /** Address of an API path, for links: `api.url('message/x/raw')`. */
  url(path: string): string {
    return `${this.#base}api/v1/${path}`;
  }

  get eventsUrl(): string {
    const url = new URL(`${this.#base}api/events?cursor=1`, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url.href;
  }

  page(query: string, start: number, limit: number, signal?: AbortSignal): Promise<Page> {
    const search = new URLSearchParams({ start: String(start), limit: String(limit) });
    if (query === '') return this.#json(`messages?${search}`, signal);
    search.set('query', query);
    search.set('tz', Intl.DateTimeFormat().resolvedOptions().timeZone);
    return this.#json(`search?${search}`, signal);
  }

  /** `peek` leaves the mail unread: for reading ahead. */
  message(id: string, peek: boolean, signal?: AbortSignal): Promise<Message> {
    return this.#json(`message/${encodeURIComponent(id)}${peek ? '?peek=1' : ''}`, signal);
  }

  structure(id: string): Promise<PartStructure> {
    return this.#json(`message/${encodeURIComponent(id)}/structure`);
  }

  changes(since: string): Promise<Changes> {
    return this.#json(`changes?since=${encodeURIComponent(since)}`);
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
        tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
      });
      await this.#write('DELETE', `search?${search}`);
      return;
    }
    await this.#write('DELETE', 'messages', which === 'all' ? {} : { IDs: which.ids });
  }

  async setTags(ids: readonly string[], tags: readonly string[]): Promise<void> {
    await this.#write('PUT', 'tags', { IDs: ids, Tags: tags });
  }

  /** Puts a mail into this inbox. */
  async send(mail: object): Promise<void> {
    await this.#write('POST', 'send', mail);
  }

  async #write(method: 'PUT' | 'DELETE' | 'POST', path: string, body?: unknown): Promise<Response> {
    return this.#fetch(path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
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
