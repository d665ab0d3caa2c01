import type { Setting } from '../../libs/wire/control-http.ts';
import { UsageError } from './usage-error.ts';

/** `maxMessages=1000` as a setting; the value may hold further `=`. */
export function parseSettings(words: readonly string[]): readonly Setting[] {
  return words.map(word => {
    const at = word.indexOf('=');
    if (at < 1) throw new UsageError(`${word} is no setting`, 'write KEY=VALUE, e.g. maxMessages=1000');
    return { key: word.slice(0, at), value: word.slice(at + 1) };
  });
}
