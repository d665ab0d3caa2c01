import { useSignal } from '@preact/signals';
import { sidePages } from '../state/place.ts';
import { linkTo, useApp, useWords } from './context.ts';
import { Icon } from './icon.tsx';

/** The pages beside the list; folded behind a button where room is short. */
export function MainMenu() {
  const app = useApp();
  const words = useWords();
  const isOpen = useSignal(false);
  const { page } = app.place.value;
  return (
    <nav
      class={isOpen.value ? 'menu open' : 'menu'}
      aria-label={words.pages}
      onKeyDown={event => {
        if (event.key === 'Escape') isOpen.value = false;
      }}
    >
      <button
        type="button"
        class="menu-button"
        aria-expanded={isOpen.value}
        aria-controls="menu-pages"
        aria-label={words.menu}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        <Icon name="menu" />
      </button>
      <div class="menu-pages" id="menu-pages">
        {sidePages.map(one => {
          const { href, onClick } = linkTo(app, { page: page === one ? 'list' : one, id: '' });
          return (
            <a
              key={one}
              class="button"
              href={href}
              aria-current={page === one ? 'page' : undefined}
              onClick={event => {
                isOpen.value = false;
                onClick(event);
              }}
            >
              {words.sidePages[one]}
            </a>
          );
        })}
        <button
          type="button"
          class="keys-button"
          aria-label={words.keys}
          onClick={() => {
            app.showsKeys.value = true;
          }}
        >
          ?
        </button>
      </div>
    </nav>
  );
}
