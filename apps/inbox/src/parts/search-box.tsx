import { useEffect, useRef } from 'preact/hooks';
import { useApp, useWords } from './context.ts';

/** From this length on results come as one types. */
const eagerFrom = 3;
const restMs = 150;

/** The search, always there. Enter searches at once, Escape clears. */
export function SearchBox() {
  const app = useApp();
  const words = useWords();
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  const { query } = app.place.value;

  useEffect(() => {
    if (input.current && document.activeElement !== input.current) input.current.value = query;
  }, [query]);

  const search = (text: string, replace: boolean) => {
    clearTimeout(timer.current);
    const wanted = text.trim();
    if (wanted !== query) app.go({ page: 'list', id: '', query: wanted, start: 0 }, replace);
  };

  return (
    <search>
      <form
        onSubmit={event => {
          event.preventDefault();
          search(input.current?.value ?? '', false);
        }}
      >
        <input
          ref={input}
          id="search"
          type="search"
          aria-label={words.search}
          placeholder={words.searchHint}
          autocomplete="off"
          spellcheck={false}
          onInput={event => {
            const { value } = event.currentTarget;
            clearTimeout(timer.current);
            const wanted = value.trim();
            if (wanted === '' || wanted.length >= eagerFrom) {
              timer.current = window.setTimeout(() => search(value, query !== ''), restMs);
            }
          }}
          onKeyDown={event => {
            if (event.key !== 'Escape') return;
            event.currentTarget.value = '';
            search('', false);
            event.currentTarget.blur();
          }}
        />
      </form>
    </search>
  );
}
