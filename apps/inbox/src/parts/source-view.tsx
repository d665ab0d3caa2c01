import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { sourceRows } from '../state/source-lines.ts';
import { useApp, useWords } from './context.ts';

type Props = {
  readonly text: string;
  /** How it begins. */
  readonly wrapped?: boolean;
};

/** Height of a row and width of a character, px; the style sheet gives the first, a look at the page the second. */
const rowHeight = 20;
const gutterColumns = 8;
const drawnBeyond = 40;

/** Text as it was sent, with line numbers. Only rows in view are in the page, so that megabytes open at once. */
export function SourceView({ text, wrapped = false }: Props) {
  const app = useApp();
  const words = useWords();
  const wrap = useSignal(wrapped);
  const top = useSignal(0);
  const height = useSignal(800);
  const columns = useSignal(100);
  const box = useRef<HTMLElement>(null);
  const rows = useMemo(
    () => sourceRows(text, wrap.value ? columns.value : 0),
    [text, wrap.value, columns.value],
  );
  const from = Math.max(0, Math.floor(top.value / rowHeight) - drawnBeyond);
  const to = Math.ceil((top.value + height.value) / rowHeight) + drawnBeyond;

  useEffect(() => {
    top.value = 0;
    box.current?.scrollTo(0, 0);
  }, [text]);

  useLayoutEffect(() => {
    const element = box.current;
    const ruler = element?.querySelector<HTMLElement>('.ruler');
    if (!element || !ruler) return;
    const measure = () => {
      height.value = element.clientHeight;
      const characterWidth = ruler.getBoundingClientRect().width / 100 || 8;
      columns.value = Math.max(20, Math.floor(element.clientWidth / characterWidth) - gutterColumns);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

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
        class="lines"
        ref={box}
        aria-label={words.sourceText}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={event => {
          top.value = event.currentTarget.scrollTop;
        }}
      >
        <pre class="ruler" aria-hidden="true">
          {'0'.repeat(100)}
        </pre>
        <div style={{ height: `${rows.length * rowHeight}px`, paddingTop: `${from * rowHeight}px` }}>
          {rows.slice(from, to).map(({ number, text: line }, i) => (
            <pre key={from + i} data-line={number === 0 ? '' : number}>
              {line || ' '}
            </pre>
          ))}
        </div>
      </section>
    </div>
  );
}
