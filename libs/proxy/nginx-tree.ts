import type { Directive } from './directive.ts';

/** Reads nginx configuration as nginx does; throws `Error` where nginx would refuse the form. */
export function parseNginxTree(text: string): Directive[] {
  const root: Directive[] = [];
  const blocks: Directive[][] = [root];
  let words: string[] = [];

  for (const token of nginxTokens(text)) {
    const block = blocks.at(-1) as Directive[];
    if (token.quoted || !/^[;{}]$/.test(token.text)) {
      words.push(token.text);
    } else if (token.text === '}') {
      if (words.length > 0 || blocks.length === 1) throw new Error('unexpected "}"');
      blocks.pop();
    } else {
      const [name, ...args] = words;
      if (name === undefined) throw new Error(`unexpected "${token.text}"`);
      const children: Directive[] | null = token.text === '{' ? [] : null;
      block.push({ name, args, children });
      if (children) blocks.push(children);
      words = [];
    }
  }
  if (words.length > 0 || blocks.length > 1) throw new Error('unexpected end');
  return root;
}

type Token = { readonly text: string; readonly quoted: boolean };

const escaped: Readonly<Record<string, string>> = {
  t: '\t',
  r: '\r',
  n: '\n',
  '"': '"',
  "'": "'",
  '\\': '\\',
};

function* nginxTokens(text: string): Generator<Token> {
  let at = 0;
  const take = () => {
    const next = text[at + 1] ?? '';
    if (text[at] !== '\\') return text[at++] ?? '';
    at += 2;
    return escaped[next] ?? `\\${next}`;
  };
  while (at < text.length) {
    const char = text[at] ?? '';
    if (/\s/.test(char)) {
      at++;
    } else if (char === '#') {
      while (at < text.length && text[at] !== '\n') at++;
    } else if (/[;{}]/.test(char)) {
      at++;
      yield { text: char, quoted: false };
    } else if (char === '"' || char === "'") {
      at++;
      let word = '';
      while (text[at] !== char) {
        if (at >= text.length) throw new Error('a quote is not closed');
        word += take();
      }
      at++;
      if (!/[\s;{)]/.test(text[at] ?? ' ')) throw new Error(`unexpected "${text[at]}" after a quote`);
      yield { text: word, quoted: true };
    } else {
      let word = '';
      while (at < text.length && !/[\s;{]/.test(text[at] ?? '')) {
        word += take();
        // `${name}` belongs to the word, any other brace ends it
        if (word.endsWith('$') && text[at] === '{') word += take();
      }
      yield { text: word, quoted: false };
    }
  }
}
