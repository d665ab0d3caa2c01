import { useMemo } from 'preact/hooks';
import type { Message } from '../state/api-shapes.ts';
import { previewWidths } from '../state/preview.ts';
import { useApp, useWords } from './context.ts';
import { HtmlFrame } from './html-frame.tsx';
import { Icon } from './icon.tsx';

/** A mail's HTML, and how it is looked at: width, theme and images apart from the page's own. */
export function HtmlView({ message }: { readonly message: Message }) {
  const app = useApp();
  const { preview: words, widths } = useWords();
  const { preview, settings } = app;
  const sender = message.From?.Address ?? '';
  const isRemote = useMemo(() => mentionsRemote(message.HTML), [message.ID]);
  const isAllowed = settings.mayLoadRemote(sender) || preview.remoteFor.value === message.ID;
  return (
    <>
      <div class={preview.unfolded.value ? 'view-bar' : 'view-bar folded'} id="preview-options">
        <fieldset class="choice">
          <legend class="spoken">{words.width}</legend>
          {previewWidths.map(one => (
            <button
              key={one}
              type="button"
              aria-pressed={preview.width.value === one}
              onClick={() => {
                preview.width.value = one;
              }}
            >
              {widths[one]}
            </button>
          ))}
        </fieldset>
        <fieldset class="choice">
          <legend class="spoken">{words.theme}</legend>
          {(['light', 'dark'] as const).map(one => (
            <button
              key={one}
              type="button"
              aria-pressed={preview.theme.value === one}
              onClick={() => {
                preview.theme.value = one;
              }}
            >
              {words.themes[one]}
            </button>
          ))}
        </fieldset>
        <label>
          <input
            type="checkbox"
            checked={preview.images.value}
            onChange={event => {
              preview.images.value = event.currentTarget.checked;
            }}
          />{' '}
          {words.images}
        </label>
      </div>
      {isRemote && (
        <p class="remote-line">
          {isAllowed ? words.remoteOn : words.remoteOff}{' '}
          {isAllowed ? (
            <button
              type="button"
              class="link"
              onClick={() => {
                preview.remoteFor.value = '';
                settings.remoteAlways.value = false;
                settings.allowRemote(sender, false);
              }}
            >
              {words.remoteStop}
            </button>
          ) : (
            <>
              <button
                type="button"
                class="link"
                onClick={() => {
                  preview.remoteFor.value = message.ID;
                }}
              >
                {words.remoteOnce}
              </button>
              {sender !== '' && (
                <button type="button" class="link" onClick={() => settings.allowRemote(sender, true)}>
                  {words.remoteSender(sender)}
                </button>
              )}
              <button
                type="button"
                class="link"
                onClick={() => {
                  settings.remoteAlways.value = true;
                }}
              >
                {words.remoteAlways}
              </button>
            </>
          )}
        </p>
      )}
      <HtmlFrame
        message={message}
        width={preview.width.value}
        dark={preview.theme.value === 'dark'}
        images={preview.images.value}
        remote={isAllowed}
      />
    </>
  );
}

/** Unfolds the choices above where room is short. */
export function PreviewToggle() {
  const { preview } = useApp();
  const { preview: words } = useWords();
  return (
    <button
      type="button"
      class="options"
      aria-label={words.options}
      aria-expanded={preview.unfolded.value}
      aria-controls="preview-options"
      onClick={() => {
        preview.unfolded.value = !preview.unfolded.value;
      }}
    >
      <Icon name="more" />
    </button>
  );
}

/** Whether the mail would load something from elsewhere. A guess to one side: it may say so in vain. */
const mentionsRemote = (html: string) =>
  /(?:src|srcset|background|poster)\s*=\s*["']?\s*(?:https?:)?\/\/|url\(\s*["']?(?:https?:)?\/\/|@import|<link/i.test(
    html,
  );
