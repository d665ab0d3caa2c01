import type { Escapes } from './template.ts';

/** A place without quotes: what has no meaning to either server there. */
function word(value: string): string {
  if (!/^[\w.:*[\]-]+$/.test(value)) throw new Error(`${JSON.stringify(value)} is no bare word`);
  return value;
}

/** `[.]` is a dot however often a backslash is taken away on the way to the regular expression. */
function pattern(value: string): string {
  if (!/^[\w./@-]+$/.test(value))
    throw new Error(`${JSON.stringify(value)} is no host name and no plain path`);
  return value.replaceAll('.', '[.]');
}

function quoted(value: string, unwritable: RegExp): string {
  if (unwritable.test(value)) throw new Error(`${JSON.stringify(value)} cannot be written here`);
  return value.replace(/["\\]/g, '\\$&');
}

/** nginx has no way to write a `$` that is not a variable. */
export const nginxEscapes: Escapes = {
  word,
  pattern,
  text: value => quoted(value, /[\x00-\x1f\x7f$]/),
};

/** Apache reads `${…}` anywhere, and `$1` and `%{…}` where it rewrites. */
export const apacheEscapes: Escapes = {
  word,
  pattern,
  text: value => quoted(value, /[\x00-\x1f\x7f$%]/),
};
