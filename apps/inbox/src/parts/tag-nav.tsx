import { hasTag, tagQuery, withTag } from '../state/tag-colour.ts';
import { linkTo, useApp, useWords } from './context.ts';
import { TagChip } from './tag-chip.tsx';

/** Every tag as a filter. A click shows its mail; with Ctrl or Cmd it is added to the search, or taken out of it. */
export function TagNav() {
  const app = useApp();
  const words = useWords();
  const tags = app.stream.tags.value;
  const { query } = app.place.value;
  if (tags.length === 0) return null;
  return (
    <nav class="tag-nav" aria-label={words.tagNav}>
      {tags.map(tag => {
        const active = hasTag(query, tag);
        const alone = active && query === tagQuery(tag);
        const show = (next: string) => app.go({ page: 'list', id: '', start: 0, query: next });
        const { href } = linkTo(app, { page: 'list', id: '', start: 0, query: alone ? '' : tagQuery(tag) });
        return (
          <a
            key={tag}
            href={href}
            aria-current={active ? 'true' : undefined}
            onClick={event => {
              if (event.shiftKey || event.button !== 0) return;
              event.preventDefault();
              const adds = event.ctrlKey || event.metaKey || active;
              show(adds ? withTag(query, tag) : tagQuery(tag));
            }}
          >
            <TagChip tag={tag} />
          </a>
        );
      })}
    </nav>
  );
}
