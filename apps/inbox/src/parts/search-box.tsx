import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type Suggestion, searchFaults, suggest } from '../state/search-help.ts';
import { useApp, useWords } from './context.ts';

/** From this length on results come as one types. */
const eagerFrom = 3;
const restMs = 150;

/**
 * The search, always there. Results come as one types; below the box stands what may come next, and what of the search
 * says nothing to the server. Enter searches at once, Escape closes the suggestions, then clears.
 */
export function SearchBox() {
  const app = useApp();
  const words = useWords();
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  const { query, page, id } = app.place.value;
  const typed = useSignal(query);
  const isOpen = useSignal(false);
  const chosen = useSignal(-1);

  const suggestions = useComputed(() =>
    isOpen.value ? suggest(typed.value, app.stream.tags.value, app.list.addresses()) : [],
  );
  const faults = searchFaults(query);

  useEffect(() => {
    // What one types is not taken back by the answer to what one had typed before.
    if (typed.value.trim() === query) return;
    if (document.activeElement !== input.current || query === '') typed.value = query;
  }, [query]);

  // Who opened a mail meanwhile is not called back by what was typed before.
  useEffect(() => clearTimeout(timer.current), [page, id]);

  const search = (text: string, replace: boolean) => {
    clearTimeout(timer.current);
    const wanted = text.trim();
    if (wanted !== query) app.go({ page: 'list', id: '', query: wanted, start: 0 }, replace);
  };
  const type = (text: string) => {
    typed.value = text;
    chosen.value = -1;
    // An emptied box would lay them over what it brings back.
    isOpen.value = text !== '';
    clearTimeout(timer.current);
    const wanted = text.trim();
    if (wanted === '' || wanted.length >= eagerFrom)
      timer.current = window.setTimeout(() => search(text, query !== ''), restMs);
  };
  const take = (suggestion: Suggestion) => {
    type(suggestion.query);
    input.current?.focus();
    if (suggestion.query.endsWith(' ')) {
      isOpen.value = false;
      search(suggestion.query, query !== '');
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const count = suggestions.value.length;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (!isOpen.value) isOpen.value = true;
      else if (count > 0) {
        const step = event.key === 'ArrowDown' ? 1 : -1;
        chosen.value = (Math.max(chosen.value, step > 0 ? -1 : 0) + step + count) % count;
      }
    } else if (event.key === 'Enter' && isOpen.value && chosen.value >= 0) {
      const suggestion = suggestions.value[chosen.value];
      if (suggestion) take(suggestion);
    } else if (event.key === 'Escape') {
      if (isOpen.value && count > 0) isOpen.value = false;
      else {
        typed.value = '';
        search('', false);
        input.current?.blur();
      }
    } else return;
    event.preventDefault();
  };

  const shown = suggestions.value;
  return (
    <search>
      <form
        onSubmit={event => {
          event.preventDefault();
          isOpen.value = false;
          search(typed.value, false);
        }}
      >
        <input
          ref={input}
          id="search"
          list={undefined}
          type="search"
          // biome-ignore lint/a11y/noRedundantRoles: it has no list of the browser's own
          role="combobox"
          aria-label={words.search}
          aria-expanded={shown.length > 0}
          aria-controls="suggestions"
          aria-autocomplete="list"
          aria-activedescendant={
            chosen.value >= 0 && shown.length > 0 ? `suggestion-${chosen.value}` : undefined
          }
          aria-describedby={faults.length > 0 ? 'search-faults' : undefined}
          placeholder={words.searchHint}
          autocomplete="off"
          spellcheck={false}
          value={typed.value}
          onInput={event => type(event.currentTarget.value)}
          onFocus={() => {
            isOpen.value = true;
          }}
          onBlur={() => {
            isOpen.value = false;
          }}
          onKeyDown={onKeyDown}
        />
        <div
          class="suggestions"
          id="suggestions"
          role="listbox"
          aria-label={words.suggestions}
          hidden={shown.length === 0}
        >
          {shown.map((suggestion, i) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the box's, as in every combobox
            <div
              key={suggestion.query}
              id={`suggestion-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === chosen.value}
              onMouseDown={event => event.preventDefault()}
              onClick={() => take(suggestion)}
            >
              {suggestion.word} <span class="quiet">{words.suggestionKinds[suggestion.kind]}</span>
            </div>
          ))}
        </div>
      </form>
    </search>
  );
}

/** What of the search says nothing to the server, above what the rest of it found. */
export function SearchFaults() {
  const app = useApp();
  const { searchFaults: words } = useWords();
  const faults = searchFaults(app.place.value.query);
  if (faults.length === 0) return null;
  return (
    <p class="fault" id="search-faults">
      {faults.map(({ word, why }) => words[why](word)).join(' ')}
    </p>
  );
}
