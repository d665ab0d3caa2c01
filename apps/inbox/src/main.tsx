import { render } from 'preact';
import '../../../libs/ui/tokens.css';
import './inbox.css';
import { InboxPage } from './pages/inbox-page.tsx';
import { AppProvider } from './parts/context.ts';
import { startTheme } from './parts/theme-switch.tsx';
import { Api } from './state/api.ts';
import { App } from './state/app.ts';
import { type Place, parsePlace, renderPlace } from './state/place.ts';

const root = document.getElementById('app') as HTMLElement;
/** With both slashes, e.g. `/` or `/mailpit/`; the server says it. */
const base = new URL(document.baseURI).pathname;

const here = (): Place => parsePlace(location.pathname.slice(base.length), location.search);

const app = new App(
  new Api(base),
  {
    open: url => new WebSocket(url),
    nowMs: Date.now,
    random: Math.random,
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  },
  (place, replace) => history[replace ? 'replaceState' : 'pushState'](null, '', base + renderPlace(place)),
  { version: root.dataset.version ?? '', label: root.dataset.label ?? '' },
);

addEventListener('popstate', () => app.arrive(here()));
addEventListener('online', () => app.live.connect());
startTheme();
app.start(here());
render(
  <AppProvider value={app}>
    <InboxPage />
  </AppProvider>,
  root,
);
