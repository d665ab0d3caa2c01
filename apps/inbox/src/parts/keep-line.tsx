import { useEffect } from 'preact/hooks';
import { sizeText } from '../state/mail-time.ts';
import { useApp, useWords } from './context.ts';
import { loadFramePage } from './load-frame-page.ts';

/** Asked for when the rows stand, and again so long after mail was dropped. */
const askAgainMs = 2000;

/** What the inbox keeps, and what it dropped today to keep no more. */
export function KeepLine() {
  const app = useApp();
  const words = useWords().keeps;
  const isLoaded = app.list.loaded.value;
  const prunes = app.stream.prunes.value;
  useEffect(() => {
    if (!isLoaded) return;
    const timer = setTimeout(
      () => {
        void app.learnConnect();
        // While nobody waits for anything: the first mail will want it.
        loadFramePage().catch(() => {});
      },
      prunes === 0 ? 300 : askAgainMs,
    );
    return () => clearTimeout(timer);
  }, [isLoaded, prunes]);

  const connect = app.connect.value;
  if (connect === null) return null;
  const { Messages, AgeMs, Bytes } = connect.Keeps;
  const limits = [
    Messages > 0 && words.messages(Messages),
    AgeMs > 0 && words.age(Math.max(1, Math.round(AgeMs / 86_400_000))),
    Bytes > 0 && words.bytes(sizeText(Bytes)),
  ].filter(limit => limit !== false);
  return (
    // Of the whole inbox: beside what a search found it would be misread.
    <span class="keeps" hidden={app.list.query.value !== ''}>
      {limits.length > 0 && (
        <span class="keeps-limit">
          {limits.join('; ')}
          {connect.Evicted > 0 && ' · '}
        </span>
      )}
      {connect.Evicted > 0 && <span>{words.evicted(connect.Evicted)}</span>}
    </span>
  );
}
