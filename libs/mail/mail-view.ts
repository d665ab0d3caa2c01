/** A mail's bodies as pages of their own. */
import { htmlToText } from './html/html-text.ts';
import { escapeAttribute, walkHtml } from './html/html-tokens.ts';
import { servedParts } from './mail-parts.ts';
import { contentId } from './mime/part-tree.ts';
import { htmlOf, type ReadMail, readMail, textOf } from './mime/read-mail.ts';

/** The text of a mail, made from its HTML where it has no other. */
export function mailText(raw: Buffer): string {
  const mail = readMail(raw);
  return textOf(mail) || htmlToText(htmlOf(mail));
}

/**
 * The HTML of a mail as it came, but for `cid:` references, which lead to its parts below `partsUrl`; null when it has
 * no HTML. With a nonce it is made to be shown in a frame. Nothing is made harmless here: that is for whoever shows it.
 */
export function mailHtml(raw: Buffer, partsUrl: string, nonce: string | null): string | null {
  const mail = readMail(raw);
  if (!mail.bodies.html) return null;
  const html = linkParts(mail, partsUrl);
  return nonce === null ? html : embeddable(html, nonce);
}

function linkParts(mail: ReadMail, partsUrl: string): string {
  const urls = new Map<string, string>();
  for (const part of servedParts(mail.bodies)) {
    const id = contentId(part).toLowerCase();
    if (id !== '' && !urls.has(id)) urls.set(id, `${partsUrl}${part.id}`);
  }
  const html = htmlOf(mail);
  if (urls.size === 0) return html;
  return html.replace(
    /cid:([^"'\s<>()]{1,1000})/gi,
    (written, id: string) => urls.get(id.toLowerCase()) ?? written,
  );
}

/**
 * A page to be shown in a frame of another: links open outside of it, and the page tells its height to the one around
 * it by the script that carries `nonce`.
 */
function embeddable(html: string, nonce: string): string {
  const script =
    `<script nonce="${nonce}">addEventListener("load",()=>parent.postMessage(` +
    `{messageHeight:document.documentElement.scrollHeight},"*"))</script>`;
  let page = '';
  let at = 0;
  let hasRoot = false;
  let hasBodyEnd = false;
  const replace = (start: number, end: number, text: string) => {
    page += html.slice(at, start) + text;
    at = end;
  };
  walkHtml(html, {
    open(tag, attributes, start, end) {
      if (tag === 'html') hasRoot = true;
      if (tag === 'a') replace(start, end, linkTag(attributes));
      // The frame stays where it is.
      if (tag === 'meta' && attributes.get('http-equiv')?.toLowerCase().trim() === 'refresh')
        replace(start, end, '');
    },
    close(tag, start) {
      if (tag !== 'body') return;
      hasBodyEnd = true;
      replace(start, start, script);
    },
  });
  page += html.slice(at);
  if (!hasBodyEnd) page = `${page}${script}</body>`;
  return hasRoot ? page : `<!DOCTYPE html><html><head></head><body>${page}</html>`;
}

function linkTag(attributes: ReadonlyMap<string, string>): string {
  const kept = [...attributes].filter(([name]) => name !== 'target' && name !== 'rel');
  const all = [...kept, ['target', '_blank'], ['rel', 'noreferrer noopener']];
  return `<a ${all.map(([name, value]) => `${name}="${escapeAttribute(value ?? '')}"`).join(' ')}>`;
}
