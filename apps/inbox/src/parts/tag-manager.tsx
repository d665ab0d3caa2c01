import { useSignal } from '@preact/signals';
import { isTag } from '../state/tag-colour.ts';
import { useApp, useWords } from './context.ts';
import { TagChip } from './tag-chip.tsx';

/** Every tag, to be renamed or removed; removing is asked for by the button itself. */
export function TagManager() {
  const app = useApp();
  const words = useWords();
  const tags = app.stream.tags.value;
  if (tags.length === 0) return <p class="quiet">{words.settings.noTags}</p>;
  return (
    <ul class="tag-manager">
      {tags.map(tag => (
        <ManagedTag key={tag} tag={tag} />
      ))}
    </ul>
  );
}

function ManagedTag({ tag }: { readonly tag: string }) {
  const app = useApp();
  const { tagEdit: words } = useWords();
  const name = useSignal(tag);
  const sure = useSignal(false);
  const others = app.stream.tags.value.filter(one => one !== tag);
  const isTaken = others.some(one => one.toLowerCase() === name.value.trim().toLowerCase());
  const isBad = !isTag(name.value.trim());
  const fault = isBad ? words.bad : isTaken ? words.taken : '';
  const learn = async () => {
    app.stream.counted(await app.api.page('', 0, 1));
    await app.list.reload();
  };

  return (
    <li>
      <TagChip tag={tag} />
      <form
        onSubmit={event => {
          event.preventDefault();
          const wanted = name.value.trim();
          if (fault !== '' || wanted === '' || wanted === tag) return;
          void app.act(() => app.api.renameTag(tag, wanted).then(learn), words.renamed);
        }}
        onKeyDown={event => {
          if (event.key === 'Escape') name.value = tag;
        }}
      >
        <input
          type="text"
          aria-label={words.rename(tag)}
          value={name.value}
          aria-invalid={fault !== ''}
          onInput={event => {
            name.value = event.currentTarget.value;
          }}
        />
        <button type="submit" disabled={fault !== '' || name.value.trim() === '' || name.value === tag}>
          {words.save}
        </button>
      </form>
      <button
        type="button"
        class="danger"
        aria-label={sure.value ? words.sure : words.remove(tag)}
        onBlur={() => {
          sure.value = false;
        }}
        onClick={() => {
          if (!sure.value) sure.value = true;
          else void app.act(() => app.api.deleteTag(tag).then(learn), words.removed);
        }}
      >
        {sure.value ? words.sure : words.removeShort}
      </button>
      {fault !== '' && <output class="fault">{fault}</output>}
    </li>
  );
}
