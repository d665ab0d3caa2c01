import type { MessageTab } from '../state/place.ts';
import { useWords } from './context.ts';

type Props = {
  readonly tabs: readonly MessageTab[];
  readonly open: MessageTab;
  readonly onOpen: (tab: MessageTab) => void;
};

/** The message's views, one Tab stop: arrows, Home and End move between them. */
export function TabStrip({ tabs, open, onOpen }: Props) {
  const words = useWords();
  const move = (event: KeyboardEvent) => {
    const at = tabs.indexOf(open);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    if (next === undefined) return;
    onOpen(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={words.views} onKeyDown={move}>
      {tabs.map((tab, i) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`tab-${tab}`}
          aria-selected={tab === open}
          aria-controls="tab-panel"
          tabIndex={tab === open ? 0 : -1}
          onClick={() => onOpen(tab)}
          aria-keyshortcuts={String(i + 1)}
        >
          {words.tabs[tab]}
        </button>
      ))}
    </div>
  );
}
