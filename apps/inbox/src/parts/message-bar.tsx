import type { App } from '../state/app.ts';
import { useApp, useWords } from './context.ts';
import { DownloadMenu } from './download-menu.tsx';
import { Icon } from './icon.tsx';
import { printMessage } from './print-message.ts';

/** What may be done with the open message. */
export function MessageBar() {
  const app = useApp();
  const words = useWords();
  const { id } = app.place.value;
  const reading = app.reader.reading.value;
  const message = reading.state === 'open' && !app.reader.gone.value ? reading.message : null;
  const { newer, older } = app.list.neighbours(message?.ID ?? id);
  const step = (to: string | undefined) => to !== undefined && app.go({ id: to });
  const isRead = app.list.byId(message?.ID ?? id)?.Read ?? true;
  const setRead = (read: boolean) =>
    app.act(
      () => app.api.setRead(read, { ids: [message?.ID ?? id] }),
      read ? words.markedRead : words.markedUnread,
    );
  return (
    <div class="bar" role="toolbar" aria-label={words.message}>
      <button type="button" onClick={() => app.go({ page: 'list', id: '' })} aria-label={words.back}>
        <Icon name="back" /> <span>{words.list}</span>
      </button>
      <button
        type="button"
        disabled={newer === undefined}
        onClick={() => step(newer)}
        aria-label={words.newer}
      >
        <Icon name="up" />
      </button>
      <button
        type="button"
        disabled={older === undefined}
        onClick={() => step(older)}
        aria-label={words.older}
      >
        <Icon name="down" />
      </button>
      <span class="spring" />
      {message && (
        <>
          <button type="button" onClick={() => setRead(!isRead)}>
            <Icon name={isRead ? 'unread' : 'read'} />{' '}
            <span>{isRead ? words.markUnread : words.markRead}</span>
          </button>
          <DownloadMenu message={message} />
          <button
            type="button"
            class="wide-only"
            onClick={() => app.act(() => printMessage(app, message), '')}
          >
            <Icon name="print" /> <span>{words.print}</span>
          </button>
          <button
            type="button"
            class="danger"
            onClick={() => removeAndMoveOn(app, message.ID, words.deleted(1))}
          >
            <Icon name="delete" /> <span>{words.delete}</span>
          </button>
        </>
      )}
    </div>
  );
}

/** Deletes the open message and opens the next older one, else goes back to the list. */
export function removeAndMoveOn(app: App, id: string, done: string): Promise<boolean> {
  const { older, newer } = app.list.neighbours(id);
  const next = older ?? newer;
  return app.act(async () => {
    app.reader.leaving = id;
    try {
      await app.api.remove({ ids: [id] });
      app.go(next === undefined ? { page: 'list', id: '' } : { id: next }, true);
    } finally {
      app.reader.leaving = '';
    }
  }, done);
}
