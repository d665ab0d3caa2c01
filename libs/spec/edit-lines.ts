/** Edits of a file that can be cut: by lines, without reading any YAML. */
import type { Cut, Piece } from './cut.ts';
import { lineBreakOf, lineEnd, linesBelow, nextLine, type Splice } from './splice.ts';
import { renderBlock, renderKeys, type Tree } from './yaml-text.ts';

type Keys = ReadonlyMap<string, Tree>;

/** A new tenant below the last one. */
export function addStanza(text: string, cut: Cut, name: string, keys: Keys): Splice[] {
  const last = [...cut.tenants.values()].at(-1);
  const lineBreak = lineBreakOf(text);
  if (last)
    return [linesBelow(stanzaEnd(text, last), renderBlock(name, keys, last.indent, last.indent), lineBreak)];
  if (cut.head) return fillEmpty(text, cut.head, new Map([[name, keys]]));
  const isClosed = text === '' || /[\n\uFEFF]$/.test(text);
  const lines = renderBlock('tenants', new Map([[name, keys]]), 0, 2);
  const fresh = lines.map(line => line + lineBreak).join('');
  return [{ start: text.length, end: text.length, text: isClosed ? fresh : lineBreak + fresh }];
}

/** Its lines and the comments that are indented like them; what else stands between it and the next one stays. */
export function removeStanza(text: string, piece: Piece): Splice[] {
  return [{ start: piece.start, end: nextLine(text, stanzaEnd(text, piece)), text: '' }];
}

export function renameStanza(text: string, piece: Piece, name: string): Splice[] {
  return [{ start: piece.start + piece.indent, end: keyEnd(text, piece), text: name }];
}

/** Keys for what has none: `key:` or `key: {}`, whose comment stays. */
export function fillEmpty(text: string, piece: Piece, keys: Keys): Splice[] {
  const step = piece.indent || 2;
  const lines = renderKeys(keys, piece.indent + step, step);
  const end = lineEnd(text, piece.start);
  const start = keyEnd(text, piece) + 1;
  const braces = /^ *\{ *\}/.exec(text.slice(start, end))?.[0] ?? '';
  return [{ start, end: start + braces.length, text: '' }, linesBelow(end, lines, lineBreakOf(text))];
}

function keyEnd(text: string, piece: Piece): number {
  const start = piece.start + piece.indent;
  const quotes = text[start] === '"' || text[start] === "'" ? 2 : 0;
  return start + piece.key.length + quotes;
}

/** Where its last own line ends: one that is indented further than its key, a comment only right below the others. */
function stanzaEnd(text: string, piece: Piece): number {
  let end = lineEnd(text, piece.start);
  let isLeft = false;
  for (let at = nextLine(text, piece.start); at < piece.end; at = nextLine(text, at)) {
    const column = text.slice(at, lineEnd(text, at)).search(/\S/);
    if (column < 0) continue;
    isLeft = column <= piece.indent || (isLeft && text[at + column] === '#');
    if (!isLeft) end = lineEnd(text, at);
  }
  return end;
}
