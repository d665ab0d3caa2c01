import { counted, nothingSelected } from '../state/selection.ts';
import { useApp, useWords } from './context.ts';

/** Above the list: what is selected and what may be done with it, or what the list holds. */
export function ListBar() {
  const app = useApp();
  const words = useWords();
  const { ids } = app.selection.value;
  const { list } = app;

  if (ids.size > 0) {
    const inView = new Set(
      [...document.querySelectorAll<HTMLElement>('.rows [data-id]')].map(row => row.dataset.id ?? ''),
    );
    const { selected, unseen } = counted(app.selection.value, inView);
    const chosen = { ids: [...ids] };
    const clear = () => {
      app.selection.value = nothingSelected;
    };
    return (
      <div class="bar" role="toolbar" aria-label={words.selected(selected, unseen)}>
        <output class="count">{words.selected(selected, unseen)}</output>
        <button type="button" onClick={() => app.act(() => app.api.setRead(true, chosen).then(clear), '')}>
          {words.markRead}
        </button>
        <button type="button" onClick={() => app.act(() => app.api.setRead(false, chosen).then(clear), '')}>
          {words.markUnread}
        </button>
        <button
          type="button"
          class="danger"
          onClick={() => app.act(() => app.api.remove(chosen).then(clear), words.deleted(selected))}
        >
          {words.delete}
        </button>
        <button type="button" class="link" onClick={clear}>
          {words.cancelSelection}
        </button>
      </div>
    );
  }

  const from = app.place.value.start;
  const which = list.query.value === '' ? 'all' : { query: list.query.value };
  return (
    <div class="bar" role="toolbar" aria-label={words.messages}>
      <span class="count">
        {list.length.value === 0
          ? ''
          : words.rangeFrom(Math.min(from + 1, list.length.value), list.length.value)}
        {list.unread.value > 0 && <span class="unread-count"> · {words.unreadCount(list.unread.value)}</span>}
      </span>
      <button type="button" disabled={from === 0} onClick={() => app.go({ start: 0 })}>
        {words.first}
      </button>
      <button type="button" onClick={() => app.go({ start: Math.max(0, list.length.value - 1) })}>
        {words.last}
      </button>
      <button
        type="button"
        disabled={list.unread.value === 0}
        onClick={() => app.act(() => app.api.setRead(true, which).then(() => list.reload()), words.allRead)}
      >
        {words.markAllRead}
      </button>
      <button
        type="button"
        class="danger"
        disabled={list.length.value === 0}
        onClick={() => {
          if (confirm(words.confirmDelete(list.length.value)))
            app.act(() => app.api.remove(which), words.allDeleted);
        }}
      >
        {words.deleteAll}
      </button>
    </div>
  );
}
