import { useApp, useWords } from '../parts/context.ts';

/** The first mail: sent by a button, or by a line to paste. Also what an empty inbox shows. */
export function SendPage() {
  const app = useApp();
  const words = useWords();
  const url = new URL(app.api.url('send'), document.baseURI).href;
  const mail = {
    From: { Email: 'app@example.com', Name: 'Test' },
    To: [{ Email: 'developer@example.com' }],
    Subject: words.testSubject,
    Text: words.testText,
  };
  const curl = `curl -H 'Content-Type: application/json' -d '${JSON.stringify(mail)}' '${url}'`;
  return (
    <div class="empty">
      {app.list.length.value === 0 ? <h2>{words.emptyTitle}</h2> : <h2>{words.sendHere}</h2>}
      <p>{words.emptyText}</p>
      <p>
        <button type="button" onClick={() => app.act(() => app.api.send(mail), words.testSent)}>
          {words.sendTest}
        </button>
      </p>
      <h3>{words.sendByApi}</h3>
      <pre class="snippet-box">{curl}</pre>
      <button type="button" onClick={() => app.act(() => navigator.clipboard.writeText(curl), words.copied)}>
        {words.copy}
      </button>
    </div>
  );
}
