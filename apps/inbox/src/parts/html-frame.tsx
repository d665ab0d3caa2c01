import DOMPurify from 'dompurify';
import { useMemo, useRef } from 'preact/hooks';
import type { Message } from '../state/api.ts';
import { useApp, useWords } from './context.ts';

type Props = {
  readonly message: Message;
  readonly width: 'phone' | 'tablet' | 'full';
  readonly remote: boolean;
};

const widths = { phone: 360, tablet: 768, full: null } as const;

/**
 * A mail's HTML, inert: sanitised, in a frame without scripts, forms and origin, under its own policy that loads
 * nothing from elsewhere unless asked to.
 */
export function HtmlFrame({ message, width, remote }: Props) {
  const app = useApp();
  const words = useWords();
  const frame = useRef<HTMLIFrameElement>(null);
  const page = useMemo(
    () => framePage(message, part => app.api.url(`message/${message.ID}/part/${part}`), remote),
    [message.ID, remote],
  );
  const maxWidth = widths[width];
  return (
    <iframe
      ref={frame}
      class="html"
      title={words.mailContent}
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      referrerpolicy="no-referrer"
      srcdoc={page}
      style={maxWidth === null ? {} : { maxWidth: `${maxWidth}px` }}
    />
  );
}

/** The frame's document. `partUrl` names where an inline image lies. Exported for its test. */
export function framePage(message: Message, partUrl: (partId: string) => string, remote: boolean): string {
  const purify = DOMPurify();
  purify.addHook('afterSanitizeAttributes', element => {
    if (element.tagName === 'A') {
      element.setAttribute('target', '_blank');
      element.setAttribute('rel', 'noopener noreferrer');
    }
    for (const name of ['src', 'background']) {
      const value = element.getAttribute(name);
      if (value?.toLowerCase().startsWith('cid:'))
        element.setAttribute(name, inline(value.slice('cid:'.length)) ?? '');
    }
  });
  const inline = (contentId: string) => {
    const part = [...message.Inline, ...message.Attachments].find(
      one => one.ContentID === decodeURIComponentSafely(contentId),
    );
    return part && new URL(partUrl(part.PartID), document.baseURI).href;
  };
  const body = purify.sanitize(message.HTML, {
    WHOLE_DOCUMENT: true,
    FORBID_TAGS: ['form', 'input', 'button', 'select', 'textarea', 'base', 'meta'],
    ALLOW_UNKNOWN_PROTOCOLS: true,
  });
  const origin = location.origin;
  const from = remote ? '* data: blob:' : `${origin} data:`;
  const policy = `default-src 'none'; img-src ${from}; media-src ${from}; font-src ${from}; style-src 'unsafe-inline' ${remote ? '*' : origin}`;
  return `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="referrer" content="no-referrer">${body}`;
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
