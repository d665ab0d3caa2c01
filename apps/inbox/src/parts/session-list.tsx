import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { SmtpSession } from '../state/api-shapes.ts';
import { fullTime } from '../state/mail-time.ts';
import { useApp, useWords } from './context.ts';

/** Why mail does not come: what applications said by SMTP, and what they were answered. */
export function SessionList() {
  const app = useApp();
  const { sendPage: words } = useWords();
  const sessions = useSignal<readonly SmtpSession[] | null>(null);
  useEffect(() => {
    app.api
      .sessions()
      .then(list => {
        sessions.value = list.slice(0, 20);
      })
      .catch(() => {
        // An older server, or out of reach: there is nothing to show then.
      });
  }, []);
  const known = sessions.value;
  if (known === null) return null;
  return (
    <>
      <h2>{words.sessions}</h2>
      {known.length === 0 && <p class="quiet">{words.noSessions}</p>}
      {known.map(session => (
        <details key={session.ID} class="session">
          <summary>{words.session(session.RemoteAddress, fullTime(session.Started))}</summary>
          <pre>
            {session.Lines.map(({ From, Text }) => `${From === 'client' ? '→' : '←'} ${Text.trim()}`).join(
              '\n',
            )}
          </pre>
        </details>
      ))}
    </>
  );
}
