import { useSignal, useSignalEffect } from '@preact/signals';
import { useApp, useWords } from '../parts/context.ts';
import { HtmlFrame } from '../parts/html-frame.tsx';
import { MessageHead } from '../parts/message-head.tsx';
import { SourceView } from '../parts/source-view.tsx';
import { TabStrip } from '../parts/tab-strip.tsx';
import type { Message } from '../state/api.ts';
import type { MessageTab } from '../state/place.ts';

/** The open message: its head, its views, and what may be done with it. */
export function MessagePage() {
  const app = useApp();
  const words = useWords();
  const reading = app.reader.reading.value;
  if (reading.state === 'closed') return null;
  return (
    <article class="message" aria-label={words.message}>
      <MessageBar />
      {reading.state === 'loading' && <p class="quiet wait">{words.loading}</p>}
      {reading.state === 'missing' && (
        <div class="empty">
          <h1>{words.messageMissing}</h1>
          <p>{reading.reason}</p>
        </div>
      )}
      {reading.state === 'open' && <OpenMessage message={reading.message} />}
    </article>
  );
}

function tabsOf(message: Message): MessageTab[] {
  return [...(message.HTML === '' ? [] : (['html', 'source'] as const)), 'text', 'headers', 'raw'];
}

function OpenMessage({ message }: { readonly message: Message }) {
  const app = useApp();
  const tabs = tabsOf(message);
  const wanted = app.place.value.tab;
  const tab = wanted !== null && tabs.includes(wanted) ? wanted : (tabs[0] as MessageTab);
  return (
    <>
      <MessageHead message={message} />
      <TabStrip tabs={tabs} open={tab} onOpen={next => app.go({ tab: next }, true)} />
      <div class="panel" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`} data-tab={tab}>
        {tab === 'html' && <HtmlView message={message} />}
        {tab === 'source' && <SourceView text={message.HTML} />}
        {tab === 'text' && <pre class="text">{message.Text}</pre>}
        {tab === 'headers' && <HeadersView id={message.ID} />}
        {tab === 'raw' && <RawView id={message.ID} />}
      </div>
    </>
  );
}

function HtmlView({ message }: { readonly message: Message }) {
  const words = useWords();
  const width = useSignal<'phone' | 'tablet' | 'full'>('full');
  const remote = useSignal(false);
  return (
    <>
      <div class="view-bar">
        {(['phone', 'tablet', 'full'] as const).map(one => (
          <button
            key={one}
            type="button"
            aria-pressed={width.value === one}
            onClick={() => (width.value = one)}
          >
            {words.widths[one]}
          </button>
        ))}
        <label>
          <input type="checkbox" checked={remote.value} onChange={() => (remote.value = !remote.value)} />{' '}
          {words.remoteContent}
        </label>
      </div>
      <HtmlFrame message={message} width={width.value} remote={remote.value} />
    </>
  );
}

function RawView({ id }: { readonly id: string }) {
  const app = useApp();
  const text = useSignal('');
  useSignalEffect(() => {
    app.act(async () => {
      text.value = await app.api.raw(id);
    }, '');
  });
  return <SourceView text={text.value} />;
}

function HeadersView({ id }: { readonly id: string }) {
  const app = useApp();
  const words = useWords();
  const headers = useSignal<Readonly<Record<string, readonly string[]>>>({});
  const filter = useSignal('');
  useSignalEffect(() => {
    app.act(async () => {
      headers.value = await app.api.headers(id);
    }, '');
  });
  const wanted = filter.value.toLowerCase();
  const lines = Object.entries(headers.value)
    .flatMap(([name, values]) => values.map(value => [name, value] as const))
    .filter(line => line.join(': ').toLowerCase().includes(wanted));
  return (
    <>
      <input
        class="filter"
        type="search"
        placeholder={words.filterHeaders}
        aria-label={words.filterHeaders}
        onInput={event => (filter.value = event.currentTarget.value)}
      />
      <dl class="headers">
        {lines.map(([name, value], i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a header may stand twice with one value
          <div key={i}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function MessageBar() {
  const app = useApp();
  const words = useWords();
  const { id } = app.place.value;
  const { newer, older } = app.list.neighbours(id);
  const step = (to: string | undefined) => to !== undefined && app.go({ id: to });
  return (
    <div class="bar" role="toolbar" aria-label={words.message}>
      <button type="button" onClick={() => app.go({ page: 'list', id: '' })}>
        ← <span>{words.back}</span>
      </button>
      <span class="spring" />
      <button
        type="button"
        disabled={newer === undefined}
        onClick={() => step(newer)}
        aria-label={words.newer}
      >
        ↑
      </button>
      <button
        type="button"
        disabled={older === undefined}
        onClick={() => step(older)}
        aria-label={words.older}
      >
        ↓
      </button>
      <button
        type="button"
        onClick={() => app.act(() => app.api.setRead(false, { ids: [id] }), words.markedUnread)}
      >
        {words.markUnread}
      </button>
      <a class="button" href={`${app.api.url(`message/${encodeURIComponent(id)}/raw`)}?dl=1`}>
        {words.download}
      </a>
      <button type="button" class="danger" onClick={() => removeAndMoveOn(app, id, words.deleted(1))}>
        {words.delete}
      </button>
    </div>
  );
}

/** Deletes the open message and opens the next older one, else goes back to the list. */
export function removeAndMoveOn(app: ReturnType<typeof useApp>, id: string, done: string): void {
  const { older, newer } = app.list.neighbours(id);
  const next = older ?? newer;
  app.act(async () => {
    await app.api.remove({ ids: [id] });
    app.go(next === undefined ? { page: 'list', id: '' } : { id: next }, true);
  }, done);
}
