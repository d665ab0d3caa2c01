import type { Address, Message } from '../state/api.ts';
import { fullTime, sizeText } from '../state/mail-time.ts';
import { useApp, useWords } from './context.ts';

/** Who, what and when of the open message, with what hangs on it. Folded to a line by default. */
export function MessageHead({ message }: { readonly message: Message }) {
  const app = useApp();
  const words = useWords();
  const copy = (text: string) => app.act(() => navigator.clipboard.writeText(text), words.copied);
  const parts = [...message.Attachments, ...message.Inline];
  const url = new URL(app.api.url(`message/${message.ID}`), document.baseURI).href;
  return (
    <header class="head">
      <h1>{message.Subject || words.noSubject}</h1>
      <details class="people">
        <summary>
          <b>{people(message.From ? [message.From] : []) || words.noSender}</b>
          <span>
            {' '}
            {words.toWhom} {people(message.To) || words.noRecipient}
          </span>
          <time dateTime={message.Date}>{fullTime(message.Date)}</time>
        </summary>
        <dl>
          <Line name={words.from} addresses={message.From ? [message.From] : []} onCopy={copy} />
          <Line name={words.to} addresses={message.To} onCopy={copy} />
          <Line name={words.cc} addresses={message.Cc} onCopy={copy} />
          <Line name={words.bcc} addresses={message.Bcc} onCopy={copy} />
          <Line name={words.replyTo} addresses={message.ReplyTo} onCopy={copy} />
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
          <dt>{words.size}</dt>
          <dd>{sizeText(message.Size)}</dd>
          <dt>{words.api}</dt>
          <dd>
            <button type="button" class="link" onClick={() => copy(url)}>
              {words.copyUrl}
            </button>{' '}
            <button type="button" class="link" onClick={() => copy(`curl -s '${url}'`)}>
              {words.copyCurl}
            </button>
          </dd>
        </dl>
      </details>
      {parts.length > 0 && (
        <ul class="files" aria-label={words.attachments(parts.length)}>
          {parts.map(part => (
            <li key={part.PartID}>
              <a
                href={app.api.url(`message/${message.ID}/part/${part.PartID}`)}
                target="_blank"
                rel="noopener noreferrer"
              >
                {part.FileName || part.ContentID || part.PartID}
              </a>{' '}
              <span class="quiet">
                {part.ContentType}, {sizeText(part.Size)}
              </span>
            </li>
          ))}
        </ul>
      )}
      {message.ParseError && <p class="fault">{words.parseError(message.ParseError)}</p>}
    </header>
  );
}

const people = (addresses: readonly Address[]) => addresses.map(one => one.Name || one.Address).join(', ');

type LineProps = {
  readonly name: string;
  readonly addresses: readonly Address[];
  readonly onCopy: (text: string) => void;
};

function Line({ name, addresses, onCopy }: LineProps) {
  const words = useWords();
  if (addresses.length === 0) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {addresses.map((one, i) => (
          <span key={i} class="address">
            {one.Name !== '' && `${one.Name} `}
            <code>{one.Address}</code>{' '}
          </span>
        ))}
        <button
          type="button"
          class="link"
          onClick={() => onCopy(addresses.map(one => one.Address).join(', '))}
        >
          {words.copy}
        </button>
      </dd>
    </>
  );
}
