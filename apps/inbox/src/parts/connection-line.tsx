import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useApp, useWords } from './context.ts';

/** Whether the page hears of new mail, in words; on every page. */
export function ConnectionLine() {
  const app = useApp();
  const { connection: words } = useWords();
  const connection = app.stream.live.connection.value;
  const nowMs = useSignal(Date.now());

  useEffect(() => {
    if (connection.state !== 'waiting') return;
    const timer = setInterval(() => {
      nowMs.value = Date.now();
    }, 500);
    return () => clearInterval(timer);
  }, [connection.state]);

  if (connection.state === 'live') return <output class="connection live">{words.live}</output>;
  if (connection.state === 'connecting') return <output class="connection">{words.connecting}</output>;
  const since = new Date(connection.sinceMs).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const what =
    connection.state === 'retrying'
      ? words.retrying
      : words.waiting(Math.max(0, Math.ceil((connection.retryAtMs - nowMs.value) / 1000)));
  return (
    <output class="connection lost">
      {/* Read out once, not at every second of the countdown. */}
      <span aria-live="off">{what}</span>, {words.offlineSince(since)}{' '}
      <button type="button" class="link" onClick={() => app.stream.live.connect()}>
        {words.now}
      </button>
    </output>
  );
}
