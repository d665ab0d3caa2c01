import { type Signal, signal } from '@preact/signals';

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

/** Mails of a day; `Start` is where in the list it begins. */
export type DayCount = { readonly Date: string; readonly Count: number; readonly Start: number };

/** A listener as people need it to connect. */
export type Reachable = {
  readonly ID: string;
  readonly Protocol: 'smtp' | 'http' | 'pop3';
  readonly TLS: 'none' | 'starttls' | 'implicit';
  readonly RequireSTARTTLS: boolean;
  readonly Login: 'none' | 'anybody' | 'required';
  readonly Users: readonly string[];
  readonly Addresses: readonly { readonly Socket: string; readonly Host: string; readonly Port: number }[];
};

/** How the tenant is reached, and what it keeps; 0 is no limit. `Evicted`: today. */
export type Connect = {
  readonly Listeners: readonly Reachable[];
  readonly Keeps: { readonly Messages: number; readonly AgeMs: number; readonly Bytes: number };
  readonly MaxMessageSize: number;
  readonly Evicted: number;
};

/** What a client and the server said, line by line. */
export type SmtpSession = {
  readonly ID: number;
  readonly Started: string;
  readonly RemoteAddress: string;
  readonly TLS: boolean;
  readonly Lines: readonly {
    readonly At: string;
    readonly From: 'client' | 'server';
    readonly Text: string;
  }[];
};

export type Info = {
  readonly Version: string;
  readonly Database: string;
  readonly DatabaseSize: number;
  readonly Messages: number;
  readonly Unread: number;
  readonly Tags: Readonly<Record<string, number>>;
  readonly RuntimeStats: Readonly<
    Record<
      | 'Uptime'
      | 'Memory'
      | 'MessagesDeleted'
      | 'SMTPAccepted'
      | 'SMTPAcceptedSize'
      | 'SMTPRejected'
      | 'SMTPIgnored',
      number
    >
  >;
};

export type WebUi = {
  readonly Label: string;
  readonly ChaosEnabled: boolean;
  readonly DuplicatesIgnored: boolean;
  readonly HideDeleteAllButton: boolean;
};

export type ChaosTrigger = { readonly ErrorCode: number; readonly Probability: number };
export type Chaos = Readonly<Record<'Sender' | 'Recipient' | 'Authentication', ChaosTrigger>>;

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
    if (query === '') return this.#json(`messages?${search}`, signal);
    search.set('query', query);
    search.set('tz', this.#timeZone());
    return this.#json(`search?${search}`, signal);
  }

  /** The page of all mail with this one in its middle; a server that does not know `around` gives the first one. */
  around(id: string, limit: number, signal?: AbortSignal): Promise<Page> {
    return this.#json(`messages?${new URLSearchParams({ around: id, limit: String(limit) })}`, signal);
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
    return this.#optional('structure', `message/${encodeURIComponent(id)}/structure`);
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

  async #write(method: 'PUT' | 'DELETE' | 'POST', path: string, body?: unknown): Promise<Response> {
    return this.#fetch(path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
  }

  /** Notes that a server has nothing there. An unknown mail is another matter. */
  async #optional<T>(what: Optional, path: string): Promise<T> {
    try {
      return await this.#json<T>(path);
    } catch (error) {
      const isAbsent = error instanceof ApiError && (error.status === 501 || error.status === 404);
      if (isAbsent && !/^(Message not found|404 page not found)$/.test(error.message))
        this.missing.value = new Set([...this.missing.value, what]);
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
