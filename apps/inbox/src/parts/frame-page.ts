import DOMPurify from 'dompurify';
import type { Message } from '../state/api-shapes.ts';

export type FrameChoice = { readonly dark: boolean; readonly images: boolean; readonly remote: boolean };

/** The document of a mail's frame: cleaned, with inline images found. `partUrl` names where one lies. */
export function framePage(
  message: Message,
  partUrl: (partId: string) => string,
  { dark, images, remote }: FrameChoice,
): string {
  const parts = [...message.Inline, ...message.Attachments];
  /** By `cid:`, or as some programs write it by the bare name of a file. */
  const inline = (address: string) => {
    const id = /^cid:(.*)$/is.exec(address)?.[1];
    const part = parts.find(({ ContentID, FileName }) =>
      id === undefined ? FileName === address : ContentID !== '' && ContentID === decoded(id),
    );
    return part ? partUrl(part.PartID) : id === undefined ? address : '';
  };
  const purify = DOMPurify();
  purify.addHook('afterSanitizeAttributes', element => {
    if (element.tagName === 'A' || element.tagName === 'AREA') {
      element.setAttribute('target', '_blank');
      element.setAttribute('rel', 'noopener noreferrer');
    }
    for (const name of ['src', 'background']) {
      const value = element.getAttribute(name);
      if (value && (/^cid:/i.test(value) || /^[\w.-]+$/.test(value)))
        element.setAttribute(name, inline(value));
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
    ? // White on the body, so that what a mail has there covers the whole frame: then white becomes the page's dark, and
      // black its ink. Of an own colour by attribute a rule would take the place.
      ':where(body:not([bgcolor])){background:#fff}html{filter:invert(.91) hue-rotate(180deg)}' +
      'img,video,[background],[style*="url("]{filter:invert(1) hue-rotate(180deg)}'
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
