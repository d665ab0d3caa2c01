import { useEffect, useRef } from 'preact/hooks';
import type { App } from '../state/app.ts';
import { actedOn, nothingSelected, toggled } from '../state/selection.ts';
import { useApp, useWords } from './context.ts';
import { removeAndMoveOn } from './message-bar.tsx';

/** The page's keys, and the window that lists them. They rest while one types. */
export function KeyHelp() {
  const app = useApp();
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const afterG = useRef(false);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.metaKey || event.ctrlKey || event.altKey || target.closest('input, textarea, select, dialog'))
        return;
      const { page, id } = app.place.value;
      const focused = target.closest<HTMLElement>('[data-id]')?.dataset.id;
      const inMessage = page === 'message';
      const at = inMessage ? id : focused;
      const { newer, older } =
        at === undefined
          ? { newer: undefined, older: app.list.row(app.list.view.value.from)?.ID }
          : app.list.neighbours(at);
      const step = (to: string | undefined) => {
        if (to === undefined) return;
        if (inMessage) app.go({ id: to });
        else document.querySelector<HTMLElement>(`[data-id="${to}"] a`)?.focus();
      };
      const keys: Record<string, () => void> = {
        j: () => step(older),
        k: () => step(newer),
        o: () => !inMessage && at !== undefined && app.go({ page: 'message', id: at }),
        u: () => app.go({ page: 'list', id: '' }),
        x: () => {
          if (at !== undefined) app.selection.value = toggled(app.selection.value, at);
        },
        '#': () => {
          if (inMessage) void removeAndMoveOn(app, id, words.deleted(1));
          else removeRows(app, actedOn(app.selection.value, at), words.deleted);
        },
        '/': () => document.getElementById('search')?.focus(),
        '?': () => {
          app.showsKeys.value = true;
        },
        g: () => {
          afterG.current = true;
          setTimeout(() => {
            afterG.current = false;
          }, 1000);
        },
      };
      if (event.key === 'i' && afterG.current) app.go({ page: 'list', id: '', query: '', start: 0 });
      else if (inMessage && /^[1-9]$/.test(event.key)) {
        document.querySelectorAll<HTMLElement>('[role=tab]')[Number(event.key) - 1]?.click();
      } else if (keys[event.key]) keys[event.key]?.();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  useEffect(() => {
    if (app.showsKeys.value) dialog.current?.showModal();
  }, [app.showsKeys.value]);

  return (
    <dialog
      ref={dialog}
      aria-label={words.keys}
      onClose={() => {
        app.showsKeys.value = false;
      }}
    >
      <h2>{words.keys}</h2>
      <dl class="keys">
        {words.keyList.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">{words.close}</button>
      </form>
    </dialog>
  );
}

function removeRows(app: App, ids: readonly string[], done: (count: number) => string): void {
  if (ids.length === 0) return;
  void app.act(async () => {
    await app.api.remove({ ids });
    app.selection.value = nothingSelected;
  }, done(ids.length));
}
