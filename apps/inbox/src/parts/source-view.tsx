import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useApp, useWords } from './context.ts';

type Props = { readonly text: string };

/** Height of a line of source, px; the style sheet gives the same. */
const lineHeight = 20;
const drawnBeyond = 40;

/** Text as it was sent, with line numbers. Only lines in view are in the page, so that megabytes open at once. */
export function SourceView({ text }: Props) {
  const app = useApp();
  const words = useWords();
  const wrap = useSignal(false);
  const top = useSignal(0);
  const height = useSignal(800);
  const lines = text.split(/\r\n|\n|\r/);
  const from = wrap.value ? 0 : Math.max(0, Math.floor(top.value / lineHeight) - drawnBeyond);
  const to = wrap.value
    ? Math.min(lines.length, 5000)
    : Math.ceil((top.value + height.value) / lineHeight) + drawnBeyond;

  useEffect(() => {
    top.value = 0;
  }, [text]);

  return (
    <div class="source">
      <div class="source-bar">
        <label>
          <input
            type="checkbox"
            checked={wrap.value}
            onChange={() => {
              wrap.value = !wrap.value;
            }}
          />{' '}
          {words.wrap}
        </label>
        <button
          type="button"
          onClick={() => app.act(() => navigator.clipboard.writeText(text), words.copied)}
        >
          {words.copy}
        </button>
      </div>
      <section
        class={wrap.value ? 'lines wrapped' : 'lines'}
        aria-label={words.sourceText}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={event => {
          top.value = event.currentTarget.scrollTop;
          height.value = event.currentTarget.clientHeight;
        }}
      >
        <div
          style={
            wrap.value
              ? {}
              : { height: `${lines.length * lineHeight}px`, paddingTop: `${from * lineHeight}px` }
          }
        >
          {lines.slice(from, to).map((line, i) => (
            <pre key={from + i} data-line={from + i + 1}>
              {line || ' '}
            </pre>
          ))}
        </div>
      </section>
    </div>
  );
}
