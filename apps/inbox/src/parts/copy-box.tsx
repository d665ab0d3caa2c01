import { useApp, useWords } from './context.ts';

/** Text to be pasted elsewhere. */
export function CopyBox({ text }: { readonly text: string }) {
  const app = useApp();
  const words = useWords();
  return (
    <div class="copy-box">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{text}</pre>
      <button type="button" onClick={() => app.act(() => navigator.clipboard.writeText(text), words.copied)}>
        {words.copy}
      </button>
    </div>
  );
}
