import type { Directive } from './directive.ts';

/** Reads Apache configuration as Apache does; throws `Error` where Apache would refuse the form. */
export function parseApacheTree(text: string): Directive[] {
  const root: Directive[] = [];
  const open: { name: string; children: Directive[] }[] = [];

  for (const line of text.replace(/\\\r?\n/g, '').split(/\r?\n/)) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const siblings = open.at(-1)?.children ?? root;
    const closing = /^<\/\s*([^\s>]+)\s*>$/.exec(content);
    if (closing) {
      const section = open.pop();
      if (section?.name.toLowerCase() !== closing[1]?.toLowerCase()) throw new Error(`unexpected ${content}`);
    } else if (content.startsWith('<')) {
      if (!content.endsWith('>')) throw new Error(`${content} is not closed by ">"`);
      const [name = '', ...args] = apacheWords(content.slice(1, -1));
      const children: Directive[] = [];
      siblings.push({ name, args, children });
      open.push({ name, children });
    } else {
      const [name = '', ...args] = apacheWords(content);
      siblings.push({ name, args, children: null });
    }
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  return root;
}

/** Between quotes a backslash means something before the same quote or a backslash, and nowhere else. */
function apacheWords(line: string): string[] {
  const pattern = /"((?:\\[\s\S]|[^"\\])*)"?|'((?:\\[\s\S]|[^'\\])*)'?|(\S+)/g;
  return [...line.matchAll(pattern)].map(
    ([, double, single, bare]) =>
      bare ?? double?.replace(/\\(["\\])/g, '$1') ?? single?.replace(/\\(['\\])/g, '$1') ?? '',
  );
}
