import { Lexer } from 'yaml';

/** Nothing here needs more levels; somewhat above a thousand the package runs out of stack. */
export const maxDepth = 100;

/** Where brackets, or dashes in one line, open more than {@link maxDepth} levels; null: nowhere. */
export function tooDeepAt(text: string): number | null {
  if (!mayBeTooDeep(text)) return null;
  let at = 0;
  let depth = 0;
  let dashes = 0;
  for (const token of new Lexer().lex(text)) {
    // These are the lexer's own marks and stand in no text.
    if (/^[\x02\x18\x1f]$/.test(token)) continue;
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    else if (token === '-' || token === '?') dashes++;
    else if (token.includes('\n')) dashes = 0;
    if (depth + dashes > maxDepth) return at;
    at += token.length;
  }
  return null;
}

/** Without a look at quotes and comments, which only make it more. */
function mayBeTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at) | 0x20;
    // `[` and `]` become `{` and `}`.
    if (code === 0x7b && ++depth > maxDepth) return true;
    if (code === 0x7d && depth > 0) depth--;
  }
  return new RegExp(`(?:[-?][ \\t]+){${maxDepth}}`).test(text);
}
