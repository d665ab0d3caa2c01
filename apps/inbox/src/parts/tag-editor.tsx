import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Message } from '../state/api-shapes.ts';
import { isTag, tagQuery } from '../state/tag-colour.ts';
import { linkTo, useApp, useWords } from './context.ts';
import { TagChip } from './tag-chip.tsx';

/** The open message's tags: links to what else has them, and a line to change them. Enter saves, Escape does not. */
export function TagEditor({ message }: { readonly message: Message }) {
  const app = useApp();
  const words = useWords();
  const editing = useSignal(false);
  const isBad = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  // The list hears of changes by others; the message that was fetched does not.
  const tags = app.list.byId(message.ID)?.Tags ?? message.Tags;
  useEffect(() => {
    editing.value = false;
    isBad.value = false;
  }, [message.ID]);
  useEffect(() => {
    const field = input.current;
    if (!editing.value || field === null) return;
    // Behind what is there: one goes on writing.
    field.value = tags.map(tag => `${tag}, `).join('');
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }, [editing.value]);

  const save = async () => {
    const wanted = (input.current?.value ?? '').split(',').map(tag => tag.trim());
    isBad.value = !wanted.every(isTag);
    if (isBad.value) return;
    const done = await app.act(
      () =>
        app.api.setTags(
          [message.ID],
          wanted.filter(tag => tag !== ''),
        ),
      words.tagEdit.saved,
    );
    if (done) {
      app.reader.forget(new Set([message.ID]));
      editing.value = false;
    }
  };

  if (!editing.value) {
    return (
      <div class="tags">
        {tags.map(tag => (
          <a key={tag} {...linkTo(app, { page: 'list', id: '', start: 0, query: tagQuery(tag) })}>
            <TagChip tag={tag} />
          </a>
        ))}
        <button
          type="button"
          class="link"
          disabled={app.reader.gone.value !== ''}
          onClick={() => {
            editing.value = true;
          }}
        >
          {words.tagEdit.edit}
        </button>
      </div>
    );
  }
  return (
    <form
      class="tags"
      onSubmit={event => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') editing.value = false;
      }}
    >
      <input
        ref={input}
        type="text"
        aria-label={words.tagEdit.label}
        placeholder={words.tagEdit.label}
        defaultValue={tags.join(', ')}
        list="known-tags"
        autocomplete="off"
      />
      <datalist id="known-tags">
        {app.stream.tags.value.map(tag => (
          <option key={tag} value={[...tags, tag].join(', ')} />
        ))}
      </datalist>
      <button type="submit">{words.tagEdit.save}</button>
      {isBad.value && (
        <span class="fault" role="alert">
          {words.tagEdit.bad}
        </span>
      )}
    </form>
  );
}
