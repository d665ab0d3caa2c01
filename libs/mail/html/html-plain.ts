import { walkHtml } from './html-tokens.ts';

/** Elements after which a tag, but not a text, is set off by a space. */
const blocks = new Set(
  (
    'div p td th h1 h2 h3 h4 h5 h6 ul ol li address article aside blockquote dl dt footer header hr main nav pre ' +
    'table thead tfoot video'
  ).split(' '),
);

/** Elements of which nothing is shown. */
const hidden = new Set(['script', 'style', 'title', 'noscript', 'template']);

export type PlainHtml = {
  /** The words on one line. */
  readonly text: string;
  /** The same, with the http(s) targets of links after their texts. */
  readonly linked: string;
};

/** What an HTML document says, without its markup. */
export function htmlToPlain(html: string): PlainHtml {
  let text = '';
  let linked = '';
  let hiddenTag = '';
  let afterBlock = false;
  let href = '';
  const add = (piece: string) => {
    text += piece;
    linked += piece;
  };
  const setOff = () => {
    if (afterBlock) add(' ');
    afterBlock = false;
  };
  walkHtml(html, {
    text(piece) {
      afterBlock = false;
      if (hiddenTag === '') add(piece);
    },
    open(tag, attributes) {
      setOff();
      if (tag === 'br' || tag === 'img') add(' ');
      if (hiddenTag === '' && hidden.has(tag)) hiddenTag = tag;
      if (tag === 'a') href = attributes.get('href') ?? '';
    },
    close(tag) {
      setOff();
      if (tag === hiddenTag) hiddenTag = '';
      if (tag === 'a' && /^https?:\/\//i.test(href)) linked += ` ${href} `;
      if (tag === 'a') href = '';
      afterBlock = blocks.has(tag);
    },
    comment: setOff,
  });
  return { text: collapse(text), linked: collapse(linked) };
}

/** What is not printed and runs of white space become one space. */
function collapse(text: string): string {
  const printed = /[^\x00-\x7f]/.test(text) ? text.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S}]+/gu, ' ') : text;
  return printed.replace(/[\x00-\x20\x7f]+/g, ' ').trim();
}
