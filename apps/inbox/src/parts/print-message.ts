import type { Address, Message } from '../state/api-shapes.ts';
import type { App } from '../state/app.ts';
import { fullTime } from '../state/mail-time.ts';
import { type FramePage, loadFramePage } from './load-frame-page.ts';

const escaped = (text: string) => text.replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);
const people = (addresses: readonly Address[]) =>
  addresses.map(({ Name, Address: address }) => (Name ? `${Name} <${address}>` : address)).join(', ');

/** What is printed: who, when and what on top, then the mail alone, as long as it is. */
function printPage(app: App, message: Message, framePage: FramePage): string {
  const facts = [
    people(message.From ? [message.From] : []),
    people(message.To),
    people(message.Cc),
    fullTime(message.Date),
  ].filter(fact => fact !== '');
  const head = `<h1 style="font:600 18px sans-serif">${escaped(message.Subject)}</h1><p style="font:13px sans-serif">${facts
    .map(escaped)
    .join('<br>')}</p><hr>`;
  const text = `<pre style="white-space:pre-wrap">${escaped(message.Text)}</pre>`;
  const shown = message.HTML === '' ? { ...message, HTML: text } : message;
  const partAddress = (part: string) =>
    new URL(app.api.url(`message/${message.ID}/part/${part}`), document.baseURI).href;
  const page = framePage(shown, partAddress, {
    dark: false,
    images: app.preview.images.value,
    remote: app.settings.mayLoadRemote(message.From?.Address ?? ''),
  });
  const at = page.search(/<body[^>]*>/i);
  const bodyAt = at < 0 ? page.length : page.indexOf('>', at) + 1;
  return page.slice(0, bodyAt) + head + page.slice(bodyAt);
}

/**
 * Prints a message by itself: a frame on the page prints no more than what is in view. The frame for it runs no scripts
 * either; it is of this page's origin, so that the page may tell it to print, and gone afterwards.
 */
export async function printMessage(app: App, message: Message): Promise<void> {
  const framePage = await loadFramePage();
  document.querySelector('iframe.print')?.remove();
  const frame = document.createElement('iframe');
  frame.className = 'print';
  frame.title = message.Subject;
  frame.setAttribute('sandbox', 'allow-same-origin allow-modals');
  frame.setAttribute('aria-hidden', 'true');
  frame.tabIndex = -1;
  frame.srcdoc = printPage(app, message, framePage);
  frame.onload = () => frame.contentWindow?.print();
  document.body.append(frame);
}
