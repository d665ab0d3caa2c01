import { walkHtml } from './html-tokens.ts';

/** Elements of which nothing is shown. */
const hidden = new Set(['script', 'style', 'title', 'template']);
const paragraphs = new Set(['p', 'ul', 'table']);

/** Longest line of a quotation, where there is a blank to break it at. */
const quoteColumns = 74;

/** Bold and headings inside of each other; deeper ones are plain. */
const maxNesting = 20;

/**
 * The text of a mail that has HTML only, laid out as Mailpit's readers know it: `*bold*`, headings underlined or boxed,
 * `text ( link )`, `* item`, `> quotation`.
 */
export function htmlToText(html: string): string {
  const writer = new TextWriter();
  let hiddenTag = '';
  let text = '';
  const flush = () => {
    if (text !== '') writer.text(text);
    text = '';
  };
  walkHtml(html, {
    text(piece) {
      if (hiddenTag === '') text += piece;
    },
    open(tag, attributes) {
      flush();
      if (hiddenTag === '' && hidden.has(tag)) hiddenTag = tag;
      else if (hiddenTag === '') writer.open(tag, attributes);
    },
    close(tag) {
      flush();
      if (hiddenTag === '') writer.close(tag);
      else if (tag === hiddenTag) hiddenTag = '';
    },
    comment: flush,
  });
  flush();
  return writer.end();
}

/** A run of text that is written apart, since what is around it depends on it. */
class Run {
  text = '';
  columns = 0;
  /** No blank is needed before what comes next. */
  endsWithSpace = true;
}

type Link = { readonly href: string; text: string; alt: string; children: number };

class TextWriter {
  #run = new Run();
  #around: { readonly tag: string; readonly run: Run }[] = [];
  #link: Link | null = null;
  #quotes = 0;
  #preformatted = 0;

  text(text: string): void {
    if (this.#link) {
      this.#link.children += 1;
      this.#link.text = text;
    }
    this.#emit(this.#preformatted > 0 ? text : text.replace(/[ \t\r\n]+/g, ' ').trim());
  }

  open(tag: string, attributes: ReadonlyMap<string, string>): void {
    if (this.#link) {
      this.#link.children += 1;
      if (tag === 'img') this.#link.alt = attributes.get('alt') ?? '';
    }
    if (tag === 'br') this.#emit('\n');
    else if (tag === 'div') this.#breakLine();
    else if (tag === 'li') this.#emit('* ');
    else if (tag === 'pre') this.#preformatted += 1;
    else if (tag === 'a') this.#link = { href: attributes.get('href') ?? '', text: '', alt: '', children: 0 };
    else if (tag === 'blockquote') this.#openQuote();
    else if (paragraphs.has(tag)) this.#emit('\n\n');
    else if (isSetApart(tag) && this.#around.length < maxNesting) {
      this.#around.push({ tag, run: this.#run });
      this.#run = new Run();
    }
  }

  close(tag: string): void {
    if (tag === 'div') this.#breakLine();
    else if (tag === 'li') this.#emit('\n');
    else if (tag === 'pre') this.#preformatted = Math.max(0, this.#preformatted - 1);
    else if (tag === 'a') this.#closeLink();
    else if (tag === 'blockquote' && this.#quotes > 0) this.#closeQuote();
    else if (paragraphs.has(tag)) this.#emit('\n\n');
    else if (this.#around.some(({ tag: outer }) => outer === tag)) {
      while (this.#around.at(-1)?.tag !== tag) this.#closeRun();
      this.#closeRun();
    }
  }

  end(): string {
    if (this.#link) this.#closeLink();
    while (this.#around.length > 0) this.#closeRun();
    return this.#run.text
      .split('\n')
      .map(line => line.trim())
      .join('\n')
      .replace(/\n\n+/g, '\n\n')
      .trim();
  }

  #closeRun(): void {
    const outer = this.#around.pop();
    if (!outer) return;
    const inner = this.#run.text.trim();
    this.#run = outer.run;
    if (outer.tag === 'b' || outer.tag === 'strong') this.#emit(`*${inner}*`);
    else if (inner !== '') this.#emit(heading(outer.tag, inner));
  }

  #closeLink(): void {
    const link = this.#link;
    this.#link = null;
    if (!link) return;
    const only = link.children === 1;
    if (only && link.alt !== '') this.#emit(link.alt);
    const href = link.href.trim().replace(/^mailto:/, '');
    if (href !== '' && !(only && link.text === href)) this.#emit(`( ${href} )`);
  }

  #openQuote(): void {
    this.#quotes += 1;
    this.#emit(this.#quotes === 1 ? '\n\n' : '\n');
  }

  #closeQuote(): void {
    this.#quotes -= 1;
    this.#emit('\n\n');
  }

  #breakLine(): void {
    if (this.#run.columns > 0) this.#emit('\n');
  }

  /** Sets what comes apart from what is there by a blank, but a full stop. */
  #emit(text: string): void {
    if (text === '') return;
    const run = this.#run;
    // What is written apart is quoted once, when it joins what is around it.
    const quoted = this.#quotes > 0 && this.#around.length === 0;
    for (const piece of quoted ? this.#breakLines(text) : [text]) {
      if (!run.endsWithSpace && !/^[\s.]/.test(piece)) {
        run.text += ' ';
        run.columns += 1;
      }
      run.endsWithSpace = /\s$/.test(piece);
      const prefix = quoted ? `${'>'.repeat(Math.min(this.#quotes, 30))} ` : '';
      run.text += piece.replaceAll('\n', `\n${prefix}`);
      const newline = piece.lastIndexOf('\n');
      run.columns = newline < 0 ? run.columns + piece.length : piece.length - newline - 1;
    }
  }

  *#breakLines(text: string): Generator<string> {
    let columns = this.#run.columns;
    let at = 0;
    while (text.length - at + columns > quoteColumns) {
      if (columns >= quoteColumns) yield '\n';
      const limit = at + (columns >= quoteColumns ? quoteColumns : quoteColumns - columns);
      columns = 0;
      const found = lastBlank(text, at, limit);
      const end = found >= 0 ? found : nextBlank(text, limit);
      yield `${text.slice(at, end)}\n`;
      at = end;
      while (at < text.length && /\s/.test(text[at] as string)) at += 1;
    }
    if (at < text.length) yield text.slice(at);
  }
}

function heading(tag: string, text: string): string {
  const width = Math.max(...text.split('\n', 1_000).map(line => [...line].length));
  const rule = (tag === 'h1' ? '*' : '-').repeat(width);
  return tag === 'h3' ? `\n\n${text}\n${rule}\n\n` : `\n\n${rule}\n${text}\n${rule}\n\n`;
}

function isSetApart(tag: string): boolean {
  return tag === 'b' || tag === 'strong' || tag === 'h1' || tag === 'h2' || tag === 'h3';
}

function lastBlank(text: string, from: number, limit: number): number {
  for (let at = Math.min(limit, text.length - 1); at >= from; at -= 1) {
    if (/\s/.test(text[at] as string)) return at;
  }
  return -1;
}

function nextBlank(text: string, from: number): number {
  let at = from;
  while (at < text.length && !/\s/.test(text[at] as string)) at += 1;
  return at;
}
