import { useLayoutEffect, useRef } from 'preact/hooks';
import { counted, nothingSelected } from '../state/selection.ts';
import { useApp, useWords } from './context.ts';
import { DateJump } from './date-jump.tsx';
import { focusRow } from './focus-row.ts';
import { Icon } from './icon.tsx';
import { KeepLine } from './keep-line.tsx';

/** Above the list: what is selected and what may be done with it, or what the list holds. */
export function ListBar() {
  const app = useApp();
  return app.selection.value.ids.size > 0 ? <SelectionBar /> : <WholeBar />;
}

function SelectionBar() {
  const app = useApp();
  const words = useWords();
  const { ids } = app.selection.value;
  const { selected, unseen } = counted(app.selection.value, new Set(app.list.idsInView()));
  const chosen = { ids: [...ids] };
  const clear = () => {
    app.selection.value = nothingSelected;
  };
  const bar = useRef<HTMLDivElement>(null);
  // It goes with the selection: whoever is in it is put back into the list.
  useLayoutEffect(
    () => () => {
      if (bar.current?.contains(document.activeElement)) focusRow(app.list.current.value);
    },
    [],
  );
  return (
    <div class="bar" ref={bar} role="toolbar" aria-label={words.selected(selected, unseen)}>
      <output class="count">{words.selected(selected, unseen)}</output>
      <button type="button" onClick={() => app.act(() => app.api.setRead(true, chosen).then(clear), '')}>
        <Icon name="read" /> <span>{words.markRead}</span>
      </button>
      <button type="button" onClick={() => app.act(() => app.api.setRead(false, chosen).then(clear), '')}>
        <Icon name="unread" /> <span>{words.markUnread}</span>
      </button>
      <button
        type="button"
        class="danger"
        onClick={() => app.act(() => app.api.remove(chosen).then(clear), words.deleted(selected))}
      >
        <Icon name="delete" /> <span>{words.delete}</span>
      </button>
      <button type="button" class="link" onClick={clear}>
        {words.cancelSelection}
      </button>
    </div>
  );
}

function WholeBar() {
  const app = useApp();
  const words = useWords();
  const { list } = app;
  const from = app.place.value.start;
  const which = list.query.value === '' ? 'all' : { query: list.query.value };
  const removeAll = async () => {
    if (!(await app.ask(words.confirmDelete(list.window.value.total), words.deleteAll))) return;
    await app.act(() => app.api.remove(which), words.allDeleted);
  };
  const readAll = async () => {
    if (!(await app.ask(words.confirmRead(list.unread.value), words.markAllRead))) return;
    await app.act(() => app.api.setRead(true, which).then(() => list.reload()), words.allRead);
  };
  // One text: one of two would move when the other grows.
  const counts = [
    list.length.value > 0 && words.rangeFrom(Math.min(from + 1, list.length.value), list.length.value),
    list.shownUnread.value > 0 && words.unreadCount(list.shownUnread.value),
  ]
    .filter(Boolean)
    .join(' · ');
  return (
    <div class="bar" role="toolbar" aria-label={words.messages}>
      <span class="count">
        <span class="counts">{counts}</span>
        <KeepLine />
      </span>
      <button type="button" disabled={from === 0} onClick={() => app.go({ start: 0 })}>
        <Icon name="first" /> <span>{words.first}</span>
      </button>
      <button
        type="button"
        disabled={list.length.value === 0}
        onClick={() => app.go({ start: Math.max(0, list.length.value - 1) })}
      >
        <Icon name="last" /> <span>{words.last}</span>
      </button>
      <DateJump />
      <button type="button" disabled={list.unread.value === 0} onClick={readAll}>
        <Icon name="read" /> <span>{words.markAllRead}</span>
      </button>
      {!app.hidesDeleteAll.value && (
        <button type="button" class="danger" disabled={list.length.value === 0} onClick={removeAll}>
          <Icon name="delete" /> <span>{words.deleteAll}</span>
        </button>
      )}
    </div>
  );
}
