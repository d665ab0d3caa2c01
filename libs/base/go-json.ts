/**
 * JSON as Go's decoder reads it: the first value counts, whatever follows, and what is wrong is said in the words that
 * clients know. The value itself is made by `JSON.parse`; this only finds its end.
 */

/** The body is not what the route takes; `message` is for the client. */
export class BadJson extends Error {}

type Open = 'object' | 'array';

/** The first JSON value of a text. Throws {@link BadJson}. */
export function parseFirstJson(text: string): unknown {
  const start = skipBlanks(text, 0);
  if (start === text.length) throw new BadJson('EOF');
  try {
    // Nearly always that is all of it, and megabytes hold others up.
    return JSON.parse(text);
  } catch {
    return JSON.parse(text.slice(start, endOfValue(text, start)));
  }
}

/** The JSON value that is all of a text. Throws {@link BadJson}, where there is more too. */
export function parseOnlyJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    parseFirstJson(text);
    throw new BadJson('something stands behind the JSON value');
  }
}

function endOfValue(text: string, start: number): number {
  const open: Open[] = [];
  let at = start;
  for (;;) {
    const char = text[at];
    if (char === '{' || char === '[') {
      open.push(char === '{' ? 'object' : 'array');
      if (open.length > 10_000) throw new BadJson('exceeded max depth');
      const first = skipBlanks(text, at + 1);
      const isEmpty = text[first] === (char === '{' ? '}' : ']');
      at = isEmpty ? first : char === '{' ? valueAfterKey(text, first) : first;
      if (!isEmpty) continue;
      at += 1;
      open.pop();
    } else {
      at = endOfScalar(text, at);
    }
    // A value has ended: so may have what is around it.
    for (;;) {
      const around = open.at(-1);
      if (around === undefined) return at;
      at = skipBlanks(text, at);
      if (text[at] === ',') {
        at = skipBlanks(text, at + 1);
        if (around === 'object') at = valueAfterKey(text, at);
        break;
      }
      if (text[at] !== (around === 'object' ? '}' : ']')) {
        fail(text, at, around === 'object' ? 'after object key:value pair' : 'after array element');
      }
      open.pop();
      at += 1;
    }
  }
}

/** From a key to where its value begins. */
function valueAfterKey(text: string, at: number): number {
  if (text[at] !== '"') fail(text, at, 'looking for beginning of object key string');
  const colon = skipBlanks(text, endOfString(text, at));
  if (text[colon] !== ':') fail(text, colon, 'after object key');
  return skipBlanks(text, colon + 1);
}

function endOfScalar(text: string, at: number): number {
  const char = text[at] ?? '';
  if (char === '"') return endOfString(text, at);
  if (char === '-' || isDigit(char)) return endOfNumber(text, at);
  for (const literal of ['true', 'false', 'null']) {
    if (char !== literal[0]) continue;
    for (let index = 1; index < literal.length; index += 1) {
      if (text[at + index] !== literal[index]) {
        fail(text, at + index, `in literal ${literal} (expecting '${literal[index]}')`);
      }
    }
    return at + literal.length;
  }
  return fail(text, at, 'looking for beginning of value');
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    const char = text[at];
    if (char === '"') return at + 1;
    if (char === undefined || char < ' ') fail(text, at, 'in string literal');
    if (char !== '\\') continue;
    at += 1;
    if (text[at] === 'u') {
      for (const end = at + 4; at < end; at += 1) {
        if (!/^[0-9a-f]$/i.test(text[at + 1] ?? ''))
          fail(text, at + 1, 'in \\u hexadecimal character escape');
      }
    } else if (!/^["\\/bfnrt]$/.test(text[at] ?? '')) {
      fail(text, at, 'in string escape code');
    }
  }
}

function endOfNumber(text: string, start: number): number {
  let at = text[start] === '-' ? start + 1 : start;
  const digits = (where: string) => {
    if (!isDigit(text[at])) fail(text, at, where);
    while (isDigit(text[at])) at += 1;
  };
  if (text[at] === '0') at += 1;
  else digits('in numeric literal');
  if (text[at] === '.') {
    at += 1;
    digits('after decimal point in numeric literal');
  }
  if (text[at] === 'e' || text[at] === 'E') {
    at += 1;
    if (text[at] === '+' || text[at] === '-') at += 1;
    digits('in exponent of numeric literal');
  }
  return at;
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1;
  return at;
}

function fail(text: string, at: number, where: string): never {
  const char = text[at];
  if (char === undefined) throw new BadJson('unexpected EOF');
  throw new BadJson(`invalid character ${quote(char)} ${where}`);
}

function quote(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return `'"'`;
  if (char < ' ' || char === '\\') {
    const known: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' };
    return `'${known[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`}'`;
  }
  return `'${char}'`;
}
