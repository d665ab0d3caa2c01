import DOMPurify from 'dompurify';
import type { Message } from '../state/api-shapes.ts';

export type FrameChoice = { readonly dark: boolean; readonly images: boolean; readonly remote: boolean };

/** The document of a mail's frame: cleaned, with inline images found. `partUrl` names where one lies. */
export function framePage(
  message: Message,
  partUrl: (partId: string) => string,
  { dark, images, remote }: FrameChoice,
): string {
  const inline = (contentId: string) => {
    const part = [...message.Inline, ...message.Attachments].find(
      one => one.ContentID !== '' && one.ContentID === decoded(contentId),
    );
    return part && partUrl(part.PartID);
  };
  const purify = DOMPurify();
  purify.addHook('afterSanitizeAttributes', element => {
    if (element.tagName === 'A' || element.tagName === 'AREA') {
      element.setAttribute('target', '_blank');
      element.setAttribute('rel', 'noopener noreferrer');
    }
    for (const name of ['src', 'background']) {
      const value = element.getAttribute(name);
      if (value?.toLowerCase().startsWith('cid:'))
        element.setAttribute(name, inline(value.slice('cid:'.length)) ?? '');
    }
  });
  const body = purify.sanitize(message.HTML, {
    WHOLE_DOCUMENT: true,
    FORBID_TAGS: ['form', 'input', 'button', 'select', 'textarea', 'base', 'meta'],
    ALLOW_UNKNOWN_PROTOCOLS: true,
  });
  const here = location.origin;
  const from = remote ? '* data: blob:' : `${here} data:`;
  const policy = [
    "default-src 'none'",
    `img-src ${images ? from : "'none'"}`,
    `media-src ${images ? from : "'none'"}`,
    `font-src ${from}`,
    `style-src 'unsafe-inline' ${remote ? '*' : here}`,
  ].join('; ');
  // A mail that knows dark themes shows its own; the others are turned as mail programs do it.
  const isTurned = dark && !/prefers-color-scheme|color-scheme/i.test(message.HTML);
  const scheme = dark && !isTurned ? 'dark' : 'light';
  const turned = isTurned
    ? 'html{background:#fff;min-height:100%}html,img,video,[background],[style*="url("]{filter:invert(1) hue-rotate(180deg)}'
    : '';
  return (
    `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}">` +
    `<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="${scheme}">` +
    `<style>:root{color-scheme:${scheme}}body{overflow-wrap:break-word}${turned}</style>${body}`
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
