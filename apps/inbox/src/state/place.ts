/**
 * Where in the inbox one is, and its address. Everything that a reload, a shared link, Back and Forward must bring back
 * is in here and so in the URL.
 */
export const messageTabs = ['html', 'source', 'text', 'headers', 'raw', 'parts'] as const;
export type MessageTab = (typeof messageTabs)[number];

/** Pages beside the list that are about the inbox, not about a mail. */
export const sidePages = ['send', 'settings', 'about', 'api'] as const;
export type SidePage = (typeof sidePages)[number];

export type Place = {
  /** `nowhere`: an address that names nothing. */
  readonly page: 'list' | 'message' | 'nowhere' | SidePage;
  /** The search that the list shows; empty: the whole inbox. */
  readonly query: string;
  /** The open message. */
  readonly id: string;
  /** Offset of the first row in view, newest is 0. */
  readonly start: number;
  /** null: the message's own first tab. */
  readonly tab: MessageTab | null;
};

export const home: Place = { page: 'list', query: '', id: '', start: 0, tab: null };

/** Address below the webroot, without a leading slash, e.g. `view/abc?tab=raw&q=is:unread`. */
export function renderPlace(place: Place): string {
  const search = new URLSearchParams();
  if (place.query !== '') search.set('q', place.query);
  if (place.start > 0) search.set('start', String(place.start));
  if (place.page === 'message') {
    if (place.tab !== null) search.set('tab', place.tab);
    return withSearch(`view/${encodeURIComponent(place.id)}`, search);
  }
  if (place.page === 'list' || place.page === 'nowhere')
    return withSearch(place.query === '' ? '' : 'search', search);
  search.set('page', place.page);
  return withSearch('', search);
}

function withSearch(path: string, search: URLSearchParams): string {
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** The place that an address names; what it cannot read falls back to the inbox. `path` is below the webroot. */
export function parsePlace(path: string, search: string): Place {
  const params = new URLSearchParams(search);
  const start = Math.max(0, Math.floor(Number(params.get('start') ?? 0)) || 0);
  const query = (params.get('q') ?? params.get('query') ?? '').trim();
  const view = /^view\/([^/]+)$/.exec(path);
  if (view?.[1] !== undefined) {
    return { page: 'message', query, id: decodeId(view[1]), start, tab: parseTab(params.get('tab')) };
  }
  if (path !== '' && path !== 'search' && path !== 'search/') return { ...home, page: 'nowhere' };
  const page = sidePages.find(one => one === params.get('page'));
  if (page) return { ...home, page, query, start };
  return { ...home, query, start };
}

function decodeId(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parseTab(text: string | null): MessageTab | null {
  return messageTabs.find(tab => tab === text) ?? null;
}
