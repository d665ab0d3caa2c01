import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { DayCount } from '../state/api-shapes.ts';
import { byMonth, startOfDate } from '../state/days.ts';
import { useApp, useWords } from './context.ts';
import { Icon } from './icon.tsx';

/** Goes to a day of the list: by its date, or by choosing among those that have mail. */
export function DateJump() {
  const app = useApp();
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const days = useSignal<readonly DayCount[]>([]);
  if (app.list.query.value !== '' || app.api.missing.value.has('days')) return null;

  const open = () =>
    app.act(async () => {
      days.value = await app.api.days();
      dialog.current?.showModal();
    }, '');
  const go = (start: number | null) => {
    dialog.current?.close();
    if (start !== null) app.go({ start });
  };
  return (
    <>
      <button type="button" disabled={app.list.length.value === 0} onClick={open}>
        <Icon name="date" /> <span>{words.date.jump}</span>
      </button>
      <dialog ref={dialog} class="dates" aria-label={words.date.title}>
        <form
          onSubmit={event => {
            event.preventDefault();
            const date = new FormData(event.currentTarget).get('date');
            go(startOfDate(days.value, String(date)));
          }}
        >
          <label>
            {words.date.pick}{' '}
            <input
              name="date"
              type="date"
              required
              min={days.value.at(-1)?.Date}
              max={days.value[0]?.Date}
              defaultValue={days.value[0]?.Date}
            />
          </label>
          <button type="submit">{words.date.go}</button>
          <button type="button" onClick={() => dialog.current?.close()}>
            {words.close}
          </button>
        </form>
        <div class="months">
          {byMonth(days.value).map(({ key, count, days: inIt }) => (
            <section key={key}>
              <h3>
                {monthName(key)} <span class="quiet">{words.date.count(count)}</span>
              </h3>
              <ul>
                {inIt.map(({ Date: date, Count, Start }) => (
                  <li key={date}>
                    <button
                      type="button"
                      aria-label={`${date}: ${words.date.count(Count)}`}
                      onClick={() => go(Start)}
                    >
                      {Number(date.slice(8))} <span class="quiet">{words.number(Count)}</span>
                    </button>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
      </dialog>
    </>
  );
}

const monthName = (key: string) =>
  new Date(`${key}-01T12:00:00Z`).toLocaleDateString([], { month: 'long', year: 'numeric', timeZone: 'UTC' });
