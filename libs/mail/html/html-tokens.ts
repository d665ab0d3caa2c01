import { Tokenizer } from 'htmlparser2';

/** Called in document order. `start` and `end` are places in the HTML, `end` behind the `>`. */
export type HtmlVisitor = {
  /** Entities decoded; one text may come in pieces. */
  text?(text: string): void;
  /** Names in lower case, values decoded; of a repeated attribute the first counts. */
  open?(tag: string, attributes: ReadonlyMap<string, string>, start: number, end: number): void;
  close?(tag: string, start: number, end: number): void;
  comment?(): void;
};

/** Reads HTML as a flat run of tokens: no tree, so that neither depth nor bad nesting costs anything. */
export function walkHtml(html: string, visitor: HtmlVisitor): void {
  let tag = '';
  let tagStart = 0;
  let attributes = new Map<string, string>();
  let name = '';
  let value = '';
  const open = (end: number) => {
    visitor.open?.(tag, attributes, tagStart, end + 1);
    if (attributes.size > 0) attributes = new Map();
  };
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ontext: (start, end) => visitor.text?.(html.slice(start, end)),
      ontextentity: codepoint => visitor.text?.(String.fromCodePoint(codepoint)),
      onopentagname(start, end) {
        tag = html.slice(start, end).toLowerCase();
        tagStart = start - 1;
      },
      onattribname(start, end) {
        name = html.slice(start, end).toLowerCase();
        value = '';
      },
      onattribdata(start, end) {
        value += html.slice(start, end);
      },
      onattribentity(codepoint) {
        value += String.fromCodePoint(codepoint);
      },
      onattribend() {
        if (!attributes.has(name)) attributes.set(name, value);
      },
      onopentagend: open,
      onselfclosingtag: open,
      onclosetag: (start, end) =>
        visitor.close?.(html.slice(start, end).toLowerCase(), start - 2, html.indexOf('>', end) + 1),
      oncomment: () => visitor.comment?.(),
      oncdata: () => visitor.comment?.(),
      ondeclaration: () => visitor.comment?.(),
      onprocessinginstruction: () => visitor.comment?.(),
      onend() {},
    },
  );
  tokenizer.write(html);
  tokenizer.end();
}

/** A value for between double quotes. */
export function escapeAttribute(value: string): string {
  return value.replace(/[&"<>]/g, char => `&#${char.charCodeAt(0)};`);
}
