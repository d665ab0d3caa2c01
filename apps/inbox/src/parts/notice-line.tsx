import { useEffect } from 'preact/hooks';
import { useApp } from './context.ts';

const shownMs = 5000;

/** What became of the last action: one line, read out, gone after a while. */
export function NoticeLine() {
  const app = useApp();
  const notice = app.notice.value;
  useEffect(() => {
    if (notice === null) return;
    const timer = setTimeout(() => {
      app.notice.value = null;
    }, shownMs);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <output class={`notice ${notice?.kind ?? ''}`} aria-live="polite">
      {notice?.text}
    </output>
  );
}
