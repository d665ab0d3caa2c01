import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Message, Part } from '../state/api-shapes.ts';
import { endOfStem } from '../state/file-name.ts';
import { sizeText } from '../state/mail-time.ts';
import { shownName } from '../state/shown-name.ts';
import { unnamedParts } from '../state/unnamed-parts.ts';
import { useApp, useWords } from './context.ts';
import { Icon } from './icon.tsx';

/** What is attached or inline, in the head where it is looked for: to be looked at, opened or taken away, all at once too. */
export function FileList({ message }: { readonly message: Message }) {
  const app = useApp();
  const words = useWords();
  const shown = useSignal<Part | null>(null);
  const isOpen = useSignal(false);
  const unnamed = useUnnamed(message);
  const parts = [...message.Attachments, ...message.Inline, ...unnamed];
  if (parts.length === 0) return null;

  const downloadAll = () =>
    app.act(async () => {
      const { zip } = await import('../state/zip.ts');
      const entries = await Promise.all(
        parts.map(async part => ({
          name: nameOf(part),
          bytes: new Uint8Array(await (await app.api.part(message.ID, part.PartID)).arrayBuffer()),
        })),
      );
      const url = URL.createObjectURL(new Blob(zip(entries), { type: 'application/zip' }));
      const link = Object.assign(document.createElement('a'), {
        href: url,
        download: words.files.name(message.ID),
      });
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    }, '');

  return (
    <div class={isOpen.value ? 'files open' : 'files'}>
      <button
        type="button"
        class="files-count"
        aria-expanded={isOpen.value}
        aria-label={words.attachments(parts.length)}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        <Icon name="clip" /> {parts.length}
      </button>
      <ul aria-label={words.attachments(parts.length)}>
        {parts.map(part => (
          <li key={part.PartID}>
            <button
              type="button"
              title={nameOf(part)}
              // The name is drawn in two pieces, which would be read with a gap between them.
              aria-label={`${words.files.preview} ${nameOf(part)} ${sizeText(part.Size)}`}
              onClick={() => {
                shown.value = part;
              }}
            >
              <Icon name="clip" />
              <FileName name={nameOf(part)} /> <span class="quiet">{sizeText(part.Size)}</span>
            </button>
            {app.settings.attachmentDetails.value && <Details part={part} />}
          </li>
        ))}
      </ul>
      {parts.length > 1 && (
        <button type="button" class="link all-files" onClick={downloadAll}>
          {words.files.all}
        </button>
      )}
      <FilePreview id={message.ID} shown={shown} />
    </div>
  );
}

/** Parts that the list counts and the message does not name; asked for only where there are some. */
function useUnnamed(message: Message): readonly Part[] {
  const app = useApp();
  const { unnamed } = useWords().files;
  const found = useSignal<readonly Part[]>([]);
  const counted = app.list.byId(message.ID)?.Attachments ?? 0;
  const isShort = counted > message.Attachments.length && !app.api.missing.value.has('structure');
  useEffect(() => {
    found.value = [];
    if (!isShort) return;
    void app.act(async () => {
      found.value = unnamedParts(await app.api.structure(message.ID), message, unnamed);
    }, '');
  }, [message.ID, isShort]);
  return found.value;
}

const nameOf = ({ FileName, ContentID, PartID }: Part) => shownName(FileName || ContentID || PartID);

/** Cut in its middle where it is too long: how it ends says what it is. */
function FileName({ name }: { readonly name: string }) {
  const at = endOfStem(name);
  return (
    <span class="file-name">
      <span>{name.slice(0, at)}</span>
      <span>{name.slice(at)}</span>
    </span>
  );
}

function FilePreview({ id, shown }: { readonly id: string; readonly shown: Signal<Part | null> }) {
  const app = useApp();
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const text = useSignal('');
  const part = shown.value;
  useEffect(() => {
    if (part === null) return;
    dialog.current?.showModal();
    text.value = '';
    if (kindOf(part) === 'text') {
      void app.act(async () => {
        text.value = (await (await app.api.part(id, part.PartID)).text()).slice(0, 100_000);
      }, '');
    }
  }, [part]);
  if (part === null) return null;
  const url = app.api.url(`message/${id}/part/${part.PartID}`);
  const name = part.FileName || part.PartID;
  const kind = kindOf(part);
  return (
    <dialog
      ref={dialog}
      class="file-preview"
      aria-label={name}
      onClose={() => {
        shown.value = null;
      }}
    >
      <h2>{name}</h2>
      {kind === 'image' && <img src={url} alt={name} />}
      {kind === 'text' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre class="text" tabIndex={0}>
          {text.value}
        </pre>
      )}
      {/* biome-ignore lint/a11y/useMediaCaption: what somebody mailed has none */}
      {kind === 'sound' && <audio controls src={url} />}
      {/* biome-ignore lint/a11y/useMediaCaption: what somebody mailed has none */}
      {kind === 'film' && <video controls src={url} />}
      <Details part={part} />
      <form method="dialog" class="answers">
        <a class="button" href={url} target="_blank" rel="noopener noreferrer">
          {words.files.open}
        </a>
        <a class="button" href={url} download={name}>
          {words.files.save}
        </a>
        <button type="submit">{words.close}</button>
      </form>
    </dialog>
  );
}

function kindOf({ ContentType }: Part): 'image' | 'text' | 'sound' | 'film' | 'other' {
  if (/^image\/(png|jpe?g|gif|webp|avif|bmp)/.test(ContentType)) return 'image';
  if (/^(text\/|application\/(json|xml))/.test(ContentType)) return 'text';
  if (ContentType.startsWith('audio/')) return 'sound';
  return ContentType.startsWith('video/') ? 'film' : 'other';
}

function Details({ part }: { readonly part: Part }) {
  const app = useApp();
  const words = useWords();
  const sums = Object.entries(part.Checksums ?? {}).filter(([, sum]) => sum !== '');
  return (
    <dl class="details">
      <div>
        <dt>{words.files.type}</dt>
        <dd>
          {part.ContentType}, {sizeText(part.Size)}
        </dd>
      </div>
      {sums.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <code>{value}</code>{' '}
            <button
              type="button"
              class="link"
              aria-label={`${words.copy} ${name}`}
              onClick={() => app.act(() => navigator.clipboard.writeText(value), words.copied)}
            >
              {words.copy}
            </button>
          </dd>
        </div>
      ))}
    </dl>
  );
}
