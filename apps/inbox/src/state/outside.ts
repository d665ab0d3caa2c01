import { effect } from '@preact/signals';
import type { App } from './app.ts';

/** So often at most: a burst is one message. */
const notifyMs = 2000;

/** Shows outside of the page what is in it: unread in the title, on the icon and the app's badge, new mail as a message. */
export function showOutside(app: App, words: { readonly newMailFrom: (sender: string) => string }): void {
  const title = app.label || document.title;
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  const plain = icon?.dataset.href ?? '';
  let timer = 0;
  effect(() => {
    const unread = app.stream.unread.value;
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      document.title = unread > 0 ? `(${unread.toLocaleString()}) ${title}` : title;
      if (icon) icon.href = unread > 0 ? withCount(plain, unread) : plain;
      if ('setAppBadge' in navigator) navigator.setAppBadge(unread).catch(() => {});
    }, 500);
  });

  let notifiedAtMs = Number.NEGATIVE_INFINITY;
  effect(() => {
    const [mail] = app.lastArrived.value.slice(-1);
    if (!mail || !app.settings.notifications.peek() || !canNotify()) return;
    if (performance.now() - notifiedAtMs < notifyMs) return;
    notifiedAtMs = performance.now();
    const sender = mail.From?.Name || mail.From?.Address || '';
    const note = new Notification(words.newMailFrom(sender), {
      body: mail.Subject.slice(0, 100),
      tag: title,
    });
    note.onclick = () => {
      window.focus();
      app.go({ page: 'message', id: mail.ID });
    };
  });
}

const canNotify = () => 'Notification' in window && Notification.permission === 'granted';

/** The icon, which is an SVG written into its address, with a count in a box; from a thousand on as `1k`. */
export function withCount(address: string, count: number): string {
  const text = count < 1000 ? String(count) : count < 100_000 ? `${Math.floor(count / 1000)}k` : '∞';
  const width = 9 + 8 * text.length;
  const box =
    `<rect x='${32 - width}' y='13' width='${width}' height='19' rx='4' fill='#c3261c'/>` +
    `<text x='${32 - width / 2}' y='28' font-family='sans-serif' font-size='16' font-weight='700' text-anchor='middle' fill='#fff'>${text}</text>`;
  return address.replace('%3C/svg%3E', encodeURIComponent(`${box}</svg>`));
}
