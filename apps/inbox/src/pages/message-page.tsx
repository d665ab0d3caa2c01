import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { linkTo, useApp, useWords } from '../parts/context.ts';
import { HtmlView, PreviewToggle } from '../parts/html-view.tsx';
import { MessageBar } from '../parts/message-bar.tsx';
import { MessageHead } from '../parts/message-head.tsx';
import { SourceView } from '../parts/source-view.tsx';
import { HeadersView, PartsView } from '../parts/structure-views.tsx';
import { TabStrip } from '../parts/tab-strip.tsx';
import { TextView } from '../parts/text-view.tsx';
import type { Message } from '../state/api-shapes.ts';
import type { MessageTab } from '../state/place.ts';

/** The open message: its head, its views, and what may be done with it. */
export function MessagePage() {
  const app = useApp();
  const words = useWords();
  const reading = app.reader.reading.value;
  const article = useRef<HTMLElement>(null);
  const { id } = app.place.value;
  // Whoever opened it from the list reads on in it; keys and screen readers start at its top.
  useEffect(() => {
    if (article.current?.contains(document.activeElement) !== true) article.current?.focus();
    article.current?.scrollTo(0, 0);
  }, [id, reading.state === 'closed']);
  if (reading.state === 'closed') return null;
  return (
    <article class="message" ref={article} tabIndex={-1} aria-label={words.message}>
      <MessageBar />
      {reading.state === 'loading' && <p class="quiet wait">{words.loading}</p>}
      {reading.state === 'missing' && (
        <div class="empty">
          <h1>{words.messageMissing}</h1>
          <p>{reading.isGone ? words.messageMissingWhy : reading.reason || words.unreachable}</p>
          {reading.isGone ? (
            <a {...linkTo(app, { page: 'list', id: '' })}>{words.toInbox}</a>
          ) : (
            <button type="button" onClick={() => app.reader.open(id)}>
              {words.retry}
            </button>
          )}
        </div>
      )}
      {app.reader.gone.value !== '' && (
        <p class="fault" role="status">
          {words.messageGone}
        </p>
      )}
      {reading.state === 'open' && <OpenMessage message={reading.message} />}
    </article>
  );
}

function OpenMessage({ message }: { readonly message: Message }) {
  const app = useApp();
  const html: MessageTab[] = message.HTML === '' ? [] : ['html', 'source'];
  const parts: MessageTab[] = app.api.missing.value.has('structure') ? [] : ['parts'];
  const tabs: MessageTab[] = [...html, 'text', 'headers', 'raw', ...parts];
  const wanted = app.place.value.tab;
  const tab = wanted !== null && tabs.includes(wanted) ? wanted : (tabs[0] as MessageTab);
  return (
    <>
      <MessageHead message={message} />
      <div class="tab-line">
        <TabStrip tabs={tabs} open={tab} onOpen={next => app.go({ tab: next }, true)} />
        {tab === 'html' && <PreviewToggle />}
      </div>
      <div class="panel" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`} data-tab={tab}>
        {tab === 'html' && <HtmlView message={message} />}
        {tab === 'source' && <SourceView text={message.HTML} />}
        {tab === 'text' && <TextView text={message.Text} />}
        {tab === 'headers' && <HeadersView id={message.ID} />}
        {tab === 'raw' && <RawView id={message.ID} />}
        {tab === 'parts' && <PartsView id={message.ID} />}
      </div>
    </>
  );
}

function RawView({ id }: { readonly id: string }) {
  const app = useApp();
  const text = useSignal('');
  useEffect(() => {
    text.value = '';
    void app.act(async () => {
      text.value = await app.api.raw(id);
    }, '');
  }, [id]);
  return <SourceView text={text.value} />;
}
