import { render } from 'preact';
import '../../../libs/ui/tokens.css';
import './style/base.css';
import './style/layout.css';
import './style/list.css';
import './style/message.css';
import './style/dialogs.css';
import './style/narrow.css';
import './style/print.css';
import { InboxPage } from './pages/inbox-page.tsx';
import { AppProvider } from './parts/context.ts';
import { Api } from './state/api.ts';
import type { Page } from './state/api-shapes.ts';
import { App } from './state/app.ts';
import { openStore } from './state/browser-store.ts';
import type { GivenRows } from './state/mail-stream.ts';
import { showOutside } from './state/outside.ts';
import { type Place, parsePlace, renderPlace } from './state/place.ts';
import { Settings } from './state/settings.ts';
import { startTheme } from './state/theme.ts';
import { en } from './text/en.ts';

const root = document.getElementById('app') as HTMLElement;
/** With both slashes, e.g. `/` or `/mailpit/`; the server says it. */
const base = new URL(document.baseURI).pathname;

const here = (): Place => parsePlace(location.pathname.slice(base.length), location.search);

/** Rows that the server wrote into the page; an older one does not. */
function givenRows(): GivenRows | null {
  const element = document.getElementById('first-rows');
  if (element === null) return null;
  return { page: JSON.parse(element.textContent) as Page, cursor: element.dataset.cursor ?? '' };
}

const settings = new Settings(openStore(() => localStorage));
const app = new App({
  api: new Api(base, () => settings.zone),
  world: {
    open: url => new WebSocket(url),
    nowMs: Date.now,
    random: Math.random,
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  },
  settings,
  navigate: (place, replace) =>
    history[replace ? 'replaceState' : 'pushState'](null, '', base + renderPlace(place)),
  version: root.dataset.version ?? '',
  label: root.dataset.label ?? '',
  login: root.dataset.login ?? '',
  words: en,
});

addEventListener('popstate', () => app.arrive(here()));
// A reload leaves the keyboard on its mail.
const session = openStore(() => sessionStorage);
app.list.current.value = session.getItem('mp-row') ?? '';
addEventListener('pagehide', () => {
  const row = document.activeElement?.closest<HTMLElement>('[data-id]')?.dataset.id;
  session.setItem('mp-row', row ?? '');
});
addEventListener('online', () => app.stream.live.connect());
startTheme(settings);
app.start(here(), givenRows());
showOutside(app, en);
render(
  <AppProvider value={app}>
    <InboxPage />
  </AppProvider>,
  root,
);
// Whoever opens the page sees the rows first. Not by frame: a page in the background has none.
setTimeout(() => app.stream.live.connect(), 100);
