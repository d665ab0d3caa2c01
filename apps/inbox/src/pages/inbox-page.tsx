import { useComputed } from '@preact/signals';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { ConnectionLine } from '../parts/connection-line.tsx';
import { linkTo, useApp, useWords } from '../parts/context.ts';
import { focusRow } from '../parts/focus-row.ts';
import { KeyHelp } from '../parts/key-help.tsx';
import { ListBar } from '../parts/list-bar.tsx';
import { MailRows } from '../parts/mail-rows.tsx';
import { MainMenu } from '../parts/main-menu.tsx';
import { NoticeLine } from '../parts/notice-line.tsx';
import { SearchBox, SearchFaults } from '../parts/search-box.tsx';
import { SidePane } from '../parts/side-pane.tsx';
import { SpokenLine } from '../parts/spoken-line.tsx';
import { TagNav } from '../parts/tag-nav.tsx';
import { home } from '../state/place.ts';
import { MessagePage } from './message-page.tsx';

/** The whole page: bar, list, and the message or another page beside or over it. */
export function InboxPage() {
  const app = useApp();
  const words = useWords();
  const { page } = app.place.value;
  return (
    <div class="page" data-page={page}>
      <header class="top">
        <a
          class="skip"
          href="."
          onClick={event => {
            event.preventDefault();
            focusRow(app.list.current.value);
          }}
        >
          {words.skip}
        </a>
        <a class="brand" {...linkTo(app, { page: 'list', id: '', query: '', start: 0 })}>
          <span>{app.label || words.inbox}</span>
          <UnreadBadge />
        </a>
        <SearchBox />
        <ConnectionLine />
        <MainMenu />
      </header>
      <OutdatedLine />
      <main>
        <MailList />
        {page === 'message' && <MessagePage />}
        {page === 'nowhere' && <NowherePage />}
        {page !== 'message' && page !== 'list' && page !== 'nowhere' && <SidePane page={page} />}
      </main>
      <SpokenLine />
      <NoticeLine />
      <ConfirmDialog />
      <KeyHelp />
    </div>
  );
}

function NowherePage() {
  const app = useApp();
  const words = useWords();
  return (
    <section class="message side">
      <div class="sheet">
        <h1>{words.nowhere}</h1>
        <p>
          <a {...linkTo(app, home)}>{words.toInbox}</a>
        </p>
      </div>
    </section>
  );
}

/** Parts of their own, so that counts that change many times a second do not draw the page anew. */
function UnreadBadge() {
  const { unread } = useApp().stream;
  const words = useWords();
  if (unread.value === 0) return null;
  return (
    <span class="badge">
      {words.number(unread.value)} <span class="spoken">{words.unread}</span>
    </span>
  );
}

function OutdatedLine() {
  const { outdated } = useApp().stream;
  const words = useWords();
  if (!outdated.value) return null;
  return (
    <p class="outdated" role="status">
      {words.outdated}{' '}
      <button type="button" class="link" onClick={() => location.reload()}>
        {words.reload}
      </button>
    </p>
  );
}

function MailList() {
  const app = useApp();
  const words = useWords();
  const { page } = app.place.value;
  const { query, error } = app.list;
  const isSearch = query.value !== '';
  const empty = useComputed(() => app.list.loaded.value && app.list.length.value === 0);
  const isEmpty = empty.value;
  return (
    <section class="list" id="list" aria-label={isSearch ? words.results : words.inbox}>
      {page === 'list' && <h1 class="spoken">{isSearch ? words.results : words.inbox}</h1>}
      <ListBar />
      <TagNav />
      <SearchFaults />
      {error.value !== '' && (
        <p class="fault" role="alert">
          {error.value === 'unreachable' ? words.unreachable : error.value}{' '}
          <button type="button" class="link" onClick={() => app.list.reload()}>
            {words.retry}
          </button>
        </p>
      )}
      {isEmpty && !isSearch && page !== 'list' && <p class="empty">{words.emptyTitle}</p>}
      {isEmpty && isSearch && <p class="empty">{words.nothingFound}</p>}
      {isEmpty && !isSearch ? page === 'list' && <SidePane page="send" takesFocus={false} /> : <MailRows />}
    </section>
  );
}
