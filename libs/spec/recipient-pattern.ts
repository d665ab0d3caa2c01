/** Regular expressions that operators write, matched in linear time (RE2). Costs 35 ms and 14 MB to load: imported when needed. */
import { RE2JS } from 're2js';

/** Finds the pattern anywhere in a text. Throws what {@link patternFault} says. */
export function compilePattern(text: string): { test(input: string): boolean } {
  const pattern = RE2JS.compile(text);
  return { test: input => pattern.matcher(input).find() };
}

/** What is wrong with a pattern, or null. */
export function patternFault(text: string): string | null {
  try {
    RE2JS.compile(text);
    return null;
  } catch (error) {
    return `is no regular expression of RE2: ${error instanceof Error ? error.message : String(error)}`;
  }
}
