import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useApp, useWords } from '../parts/context.ts';
import { CopyBox } from '../parts/copy-box.tsx';
import { SessionList } from '../parts/session-list.tsx';
import type { Reachable } from '../state/api-shapes.ts';
import { curlLogin } from '../state/curl-login.ts';
import { mailTargets, type Snippet, snippetsFor, targetName } from '../state/snippets.ts';

/** How mail gets here: this tenant's own addresses, ready to be pasted, and a mail by a button. Also what an empty inbox shows. */
export function SendPage() {
  const app = useApp();
  const words = useWords();
  const isEmpty = app.list.length.value === 0 && app.list.query.value === '';
  useEffect(() => {
    void app.learnConnect();
  }, []);
  const url = new URL(app.api.url('send'), document.baseURI).href;
  const mail = {
    From: { Email: 'app@example.com', Name: 'Test' },
    To: [{ Email: 'developer@example.com' }],
    Subject: words.testSubject,
    Text: words.testText,
  };
  const curl = `curl ${curlLogin(app.login)}-H 'Content-Type: application/json' -d '${JSON.stringify(mail)}' '${url}'`;
  const listeners = app.connect.value?.Listeners ?? [];
  return (
    <div class="sheet">
      <h1>{isEmpty ? words.emptyTitle : words.sendHere}</h1>
      <p>{words.emptyText}</p>
      <p>
        <button
          type="button"
          class="primary"
          onClick={() => app.act(() => app.api.send(mail), words.testSent)}
        >
          {words.sendTest}
        </button>
      </p>
      {app.connect.value !== null && <SmtpSettings listeners={listeners} />}
      <h2>{words.sendByApi}</h2>
      <CopyBox text={curl} />
      <SessionList />
    </div>
  );
}

function SmtpSettings({ listeners }: { readonly listeners: readonly Reachable[] }) {
  const { sendPage: words } = useWords();
  const targets = mailTargets(listeners);
  const at = useSignal(0);
  const chosen = useSignal('');
  const target = targets[Math.min(at.value, targets.length - 1)];
  if (!target) return <p>{words.none}</p>;
  const snippets = snippetsFor(target);
  const snippet = snippets.find(({ name }) => name === chosen.value) ?? (snippets[0] as Snippet);
  const listener = listeners.find(({ Addresses }) =>
    Addresses.some(
      one => one.Socket === target.socket && one.Host === target.host && one.Port === target.port,
    ),
  );
  return (
    <>
      <h2>{words.smtp}</h2>
      <label class="field">
        {words.target}
        <select
          value={targetName(target)}
          onChange={event => {
            at.value = event.currentTarget.selectedIndex;
          }}
        >
          {targets.map(one => (
            <option key={targetName(one)}>{targetName(one)}</option>
          ))}
        </select>
      </label>
      {listener && <ListenerFacts listener={listener} isSocket={target.socket !== ''} />}
      <fieldset class="apps">
        <legend class="spoken">{words.app}</legend>
        {snippets.map(({ name }) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === snippet.name}
            onClick={() => {
              chosen.value = name;
            }}
          >
            {name}
          </button>
        ))}
      </fieldset>
      <CopyBox text={snippet.text} />
    </>
  );
}

function ListenerFacts({ listener, isSocket }: { readonly listener: Reachable; readonly isSocket: boolean }) {
  const { sendPage: words } = useWords();
  const { TLS, RequireSTARTTLS, Login, Users } = listener;
  const tls = {
    none: '',
    starttls: RequireSTARTTLS ? words.needStartTls : words.startTls,
    implicit: words.implicitTls,
  };
  const login =
    Login === 'required' ? `${words.login} ${Users.join(', ')}` : Login === 'anybody' ? words.anyLogin : '';
  const facts = [isSocket ? words.socketOnly : '', isSocket ? words.mpctl : '', tls[TLS], login].filter(
    fact => fact !== '',
  );
  return facts.length === 0 ? null : (
    <ul class="quiet notes">
      {facts.map(fact => (
        <li key={fact}>{fact}</li>
      ))}
    </ul>
  );
}
