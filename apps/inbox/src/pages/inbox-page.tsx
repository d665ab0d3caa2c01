import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { ConnectionLine } from '../parts/connection-line.tsx';
import { useApp, useWords } from '../parts/context.ts';
import { KeyHelp } from '../parts/key-help.tsx';
import { ListBar } from '../parts/list-bar.tsx';
import { MailRows } from '../parts/mail-rows.tsx';
import { NoticeLine } from '../parts/notice-line.tsx';
import { SearchBox } from '../parts/search-box.tsx';
import { ThemeSwitch } from '../parts/theme-switch.tsx';
import { MessagePage } from './message-page.tsx';
import { SendPage } from './send-page.tsx';

/** The whole page: bar, list, and the message beside or over it. */
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
            document.querySelector<HTMLElement>('.rows a[tabindex="0"]')?.focus();
          }}
        >
          {words.skip}
        </a>
        <a
          class="brand"
          href="."
          onClick={event => {
            event.preventDefault();
            app.go({ page: 'list', id: '', query: '', start: 0 });
          }}
        >
          {app.label || words.inbox}
          {app.unread.value > 0 && <span class="badge">{app.unread.value.toLocaleString()}</span>}
        </a>
        <SearchBox />
        <ConnectionLine />
        <nav class="menu" aria-label={words.pages}>
          <button
            type="button"
            aria-pressed={page === 'send'}
            onClick={() => app.go({ page: page === 'send' ? 'list' : 'send' })}
          >
            {words.sendHere}
          </button>
          <ThemeSwitch />
          <KeyHelp />
        </nav>
      </header>
      {app.outdated.value && (
        <p class="outdated">
          {words.outdated}{' '}
          <button type="button" class="link" onClick={() => location.reload()}>
            {words.reload}
          </button>
        </p>
      )}
      <main>
        <section
          class="list"
          id="list"
          aria-label={app.list.query.value === '' ? words.inbox : words.results}
        >
          {page === 'list' && <h1 class="spoken">{words.inbox}</h1>}
          <ListBar />
          {app.list.error.value !== '' && <p class="fault">{app.list.error.value}</p>}
          {app.list.loaded.value && app.list.length.value === 0 && app.list.query.value !== '' && (
            <p class="empty">{words.nothingFound}</p>
          )}
          {app.list.loaded.value && app.list.length.value === 0 && app.list.query.value === '' ? (
            <SendPage />
          ) : (
            <MailRows />
          )}
        </section>
        {page === 'message' && <MessagePage />}
        {page === 'send' && (
          <section class="message" aria-label={words.sendHere}>
            <SendPage />
          </section>
        )}
      </main>
      <output class="spoken">
        {app.lastArrived.value > 0 && words.newMailSpoken(app.lastArrived.value)}
      </output>
      <NoticeLine />
      <ConfirmDialog />
    </div>
  );
}
