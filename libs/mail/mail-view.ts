/** A mail's bodies as pages of their own. */
import { htmlToText } from './html/html-text.ts';
import { escapeAttribute, walkHtml } from './html/html-tokens.ts';
import { servedParts } from './mail-parts.ts';
import { typeOf } from './mime/bodies.ts';
import { decodeForReader } from './mime/part-content.ts';
import { contentId, type MailPart } from './mime/part-tree.ts';
import { htmlOf, type ReadMail, readMail, textOf } from './mime/read-mail.ts';

/** The text of a mail, made from its HTML where it has no other. */
export function mailText(raw: Buffer): string {
  const mail = readMail(raw);
  return textOf(mail) || htmlToText(htmlOf(mail));
}

/**
 * The HTML of a mail as it came, but for `cid:` references, which lead to its parts below `partsUrl`, or with null hold
 * their pictures themselves; null when it has no HTML. With a nonce it is made to be shown in a frame. Nothing is made
 * harmless here: that is for whoever shows it. Unless `remote`, no frame and no link of the page leads anywhere, since
 * browsers connect to their hosts before they ask the page's policy.
 */
export function mailHtml(
  raw: Buffer,
  partsUrl: string | null,
  nonce: string | null,
  remote: boolean,
): string | null {
  const mail = readMail(raw);
  if (!mail.bodies.html) return null;
  const linked = linkParts(mail, partsUrl === null ? pictureUrls(raw) : part => `${partsUrl}${part.id}`);
  const html = remote ? linked : unconnected(linked);
  return nonce === null ? html : embeddable(html, nonce);
}

/** Of an attribute that is there twice the first counts (HTML §13.2.5.33). */
const firstAttributes: Readonly<Record<string, string>> = {
  iframe: 'src=about:blank srcdoc=&#32;',
  frame: 'src=about:blank',
  embed: 'src=about:blank',
  object: 'data=about:blank',
  link: 'rel=none',
};

/** Wherever such a tag seems to begin: what is a comment to one reader of HTML is a tag to another. */
function unconnected(html: string): string {
  return html.replace(
    /<(iframe|frame|embed|object|link)(?=[\s/>])/gi,
    (tag, name: string) => `${tag} ${firstAttributes[name.toLowerCase()]} `,
  );
}

function linkParts(mail: ReadMail, urlOf: (part: MailPart) => string | null): string {
  const parts = new Map<string, MailPart>();
  for (const part of servedParts(mail.bodies)) {
    const id = contentId(part).toLowerCase();
    if (id !== '' && !parts.has(id)) parts.set(id, part);
  }
  const html = htmlOf(mail);
  if (parts.size === 0) return html;
  return html.replace(/cid:([^"'\s<>()]{1,1000})/gi, (written, id: string) => {
    const part = parts.get(id.toLowerCase());
    return (part && urlOf(part)) ?? written;
  });
}

/** As much is written into a page; a mail may name a large picture a thousand times. */
const maxPicturesBytes = 24 * 1024 * 1024;

/** `data:` addresses of pictures; null for what is none, or is too much. */
function pictureUrls(raw: Buffer): (part: MailPart) => string | null {
  const urls = new Map<MailPart, string>();
  let room = maxPicturesBytes;
  return part => {
    const type = typeOf(part);
    if (!/^image\/[\w.+-]+$/.test(type)) return null;
    const url = urls.get(part) ?? `data:${type};base64,${decodeForReader(raw, part).toString('base64')}`;
    urls.set(part, url);
    if (url.length > room) return null;
    room -= url.length;
    return url;
  };
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
