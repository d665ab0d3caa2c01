import { useRef } from 'preact/hooks';
import type { Message } from '../state/api-shapes.ts';
import { useApp, useWords } from './context.ts';
import { Icon } from './icon.tsx';

/** The message as files: whole, its HTML, its text, each of its parts. */
export function DownloadMenu({ message }: { readonly message: Message }) {
  const app = useApp();
  const { downloads: words } = useWords();
  const details = useRef<HTMLDetailsElement>(null);
  const id = encodeURIComponent(message.ID);
  const close = () => {
    if (details.current) details.current.open = false;
  };
  const parts = [...message.Attachments, ...message.Inline];
  return (
    <details
      class="drop"
      ref={details}
      onKeyDown={event => {
        if (event.key !== 'Escape') return;
        close();
        details.current?.querySelector('summary')?.focus();
      }}
      onFocusOut={event => {
        if (event.relatedTarget !== null && !details.current?.contains(event.relatedTarget as Node)) close();
      }}
    >
      <summary class="button" aria-label={words.label}>
        <Icon name="download" /> <span>{words.label}</span>
      </summary>
      <ul>
        <li>
          <a href={`${app.api.url(`message/${id}/raw`)}?dl=1`} onClick={close}>
            {words.raw}
          </a>
        </li>
        {message.HTML !== '' && (
          <li>
            <a href={app.api.viewUrl(message.ID, false)} download={`${id}.html`} onClick={close}>
              {words.html}
            </a>
          </li>
        )}
        <li>
          <a href={app.api.textUrl(message.ID)} download={`${id}.txt`} onClick={close}>
            {words.text}
          </a>
        </li>
        {parts.map(part => (
          <li key={part.PartID}>
            <a
              href={app.api.url(`message/${id}/part/${part.PartID}`)}
              download={part.FileName || part.PartID}
              onClick={close}
            >
              {part.FileName || part.ContentID || part.PartID}
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}
