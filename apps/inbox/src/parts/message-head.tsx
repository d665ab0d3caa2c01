import type { Address, Message } from '../state/api-shapes.ts';
import { curlLogin } from '../state/curl-login.ts';
import { fullTime, listTime, sizeText } from '../state/mail-time.ts';
import { calledName, shownName } from '../state/shown-name.ts';
import { linkTo, useApp, useWords } from './context.ts';
import { FileList } from './file-list.tsx';
import { nowMs } from './now.ts';
import { TagEditor } from './tag-editor.tsx';

/** Who, what and when of the open message, with what hangs on it. Folded to a line by default. */
export function MessageHead({ message }: { readonly message: Message }) {
  const words = useWords();
  return (
    <header class="head">
      <h1 title={message.Subject}>{shownName(message.Subject) || words.noSubject}</h1>
      <details class="people">
        <summary>
          <b>{people(message.From ? [message.From] : []) || words.noSender}</b>
          <span>
            {words.toWhom} {people(message.To) || words.noRecipient}
          </span>
          <time class="full-time" dateTime={message.Date}>
            {fullTime(message.Date)}
          </time>
          <time class="short-time" dateTime={message.Date}>
            {listTime(message.Date, nowMs.value, words.time)}
          </time>
        </summary>
        <Facts message={message} />
      </details>
      <TagEditor message={message} />
      <FileList message={message} />
      {message.ParseError && <p class="fault">{words.parseError(message.ParseError)}</p>}
    </header>
  );
}

function Facts({ message }: { readonly message: Message }) {
  const app = useApp();
  const words = useWords();
  const copy = (text: string) => app.act(() => navigator.clipboard.writeText(text), words.copied);
  const url = new URL(app.api.url(`message/${message.ID}`), document.baseURI).href;
  const everybody = [...message.To, ...message.Cc, ...message.Bcc].map(one => one.Address);
  const { Links, Errors, HeaderPost } = message.ListUnsubscribe;
  return (
    <dl>
      <Line name={words.from} addresses={message.From ? [message.From] : []} />
      <Line name={words.to} addresses={message.To} />
      <Line name={words.cc} addresses={message.Cc} />
      <Line name={words.bcc} addresses={message.Bcc} />
      <Line name={words.replyTo} addresses={message.ReplyTo} />
      {message.ReturnPath !== message.From?.Address && (
        <>
          <dt>{words.returnPath}</dt>
          <dd>{message.ReturnPath || '<>'}</dd>
        </>
      )}
      {message.Username !== '' && (
        <>
          <dt>{words.username}</dt>
          <dd>{message.Username}</dd>
        </>
      )}
      {(Links.length > 0 || Errors !== '') && (
        <>
          <dt>{words.unsubscribe}</dt>
          <dd>
            {Links.map(link => (
              <code key={link}>{link} </code>
            ))}
            {HeaderPost !== '' && <span class="quiet">{HeaderPost} </span>}
            {Errors !== '' && <span class="fault">{Errors}</span>}
          </dd>
        </>
      )}
      <dt>{words.size}</dt>
      <dd>{sizeText(message.Size)}</dd>
      <dt>{words.copyTools}</dt>
      <dd class="tools">
        <button type="button" class="link" onClick={() => copy(everybody.join(', '))}>
          {words.copyRecipients}
        </button>
        <button type="button" class="link" onClick={() => copy(url)}>
          {words.copyUrl}
        </button>
        <button type="button" class="link" onClick={() => copy(`curl -s ${curlLogin(app.login)}'${url}'`)}>
          {words.copyCurl}
        </button>
      </dd>
    </dl>
  );
}

const people = (addresses: readonly Address[]) => addresses.map(calledName).join(', ');

type LineProps = { readonly name: string; readonly addresses: readonly Address[] };

function Line({ name, addresses }: LineProps) {
  const app = useApp();
  if (addresses.length === 0) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {addresses.map((one, i) => (
          <span key={i} class="address">
            {one.Name !== '' && <bdi>{`${shownName(one.Name)} `}</bdi>}
            <a {...linkTo(app, { page: 'list', id: '', start: 0, query: `addressed:${one.Address}` })}>
              {one.Address}
            </a>{' '}
          </span>
        ))}
      </dd>
    </>
  );
}
