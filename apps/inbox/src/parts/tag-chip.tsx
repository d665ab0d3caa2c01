import { tagHue } from '../state/tag-colour.ts';
import { useApp } from './context.ts';

/** A tag as it stands in a row, in its colour unless people want none. */
export function TagChip({ tag }: { readonly tag: string }) {
  const app = useApp();
  if (!app.settings.tagColours.value) return <span class="tag">{tag}</span>;
  return (
    <span class="tag coloured" style={{ '--hue': tagHue(tag) }}>
      {tag}
    </span>
  );
}
