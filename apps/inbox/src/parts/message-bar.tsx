import type { App } from '../state/app.ts';
import { useApp, useWords } from './context.ts';
import { Icon } from './icon.tsx';

/** What may be done with the open message. */
export function MessageBar() {
  const app = useApp();
  const words = useWords();
  const { id } = app.place.value;
  const { newer, older } = app.list.neighbours(id);
  const step = (to: string | undefined) => to !== undefined && app.go({ id: to });
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
      <button
        type="button"
        onClick={() => app.act(() => app.api.setRead(false, { ids: [id] }), words.markedUnread)}
      >
        <Icon name="unread" /> <span>{words.markUnread}</span>
      </button>
      <a class="button" href={`${app.api.url(`message/${encodeURIComponent(id)}/raw`)}?dl=1`}>
        <Icon name="download" /> <span>{words.download}</span>
      </a>
      <button type="button" class="danger" onClick={() => removeAndMoveOn(app, id, words.deleted(1))}>
        <Icon name="delete" /> <span>{words.delete}</span>
      </button>
    </div>
  );
}

/** Deletes the open message and opens the next older one, else goes back to the list. */
export function removeAndMoveOn(app: App, id: string, done: string): Promise<void> {
  const { older, newer } = app.list.neighbours(id);
  const next = older ?? newer;
  return app.act(async () => {
    await app.api.remove({ ids: [id] });
    app.go(next === undefined ? { page: 'list', id: '' } : { id: next }, true);
  }, done);
}
