import { useEffect } from 'preact/hooks';
import { sizeText } from '../state/mail-time.ts';
import { useApp, useWords } from './context.ts';

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
    const timer = setTimeout(() => app.learnConnect(), prunes === 0 ? 300 : askAgainMs);
    return () => clearTimeout(timer);
  }, [isLoaded, prunes]);

  const connect = app.connect.value;
  if (connect === null) return null;
  const { Messages, AgeMs, Bytes } = connect.Keeps;
  const facts = [
    Messages > 0 && words.messages(Messages),
    AgeMs > 0 && words.age(Math.max(1, Math.round(AgeMs / 86_400_000))),
    Bytes > 0 && words.bytes(sizeText(Bytes)),
    connect.Evicted > 0 && words.evicted(connect.Evicted),
  ].filter(fact => fact !== false);
  return facts.length === 0 ? null : <span class="keeps"> · {facts.join('; ')}</span>;
}
