/** Errors on purpose as Mailpit's setting writes them: `sender:451:100,recipient:450:20`. */
import { type ChaosTriggers, noChaos } from '../base/chaos.ts';

const names = new Map<string, keyof ChaosTriggers>([
  ['sender', 'sender'],
  ['recipient', 'recipient'],
  ['recipients', 'recipient'],
  ['auth', 'authentication'],
  ['authentication', 'authentication'],
]);

/** null: the text is something else. What is not named never fails; an empty text names nothing. */
export function parseChaosTriggers(text: string): ChaosTriggers | null {
  const triggers = { ...noChaos };
  for (const item of text === '' ? [] : text.split(',')) {
    const match = /^([a-z]+):(\d{3}):(\d{1,3})$/i.exec(item.trim());
    const name = names.get(match?.[1]?.toLowerCase() ?? '');
    const [code, probability] = [Number(match?.[2]), Number(match?.[3])];
    if (!name || code < 400 || code > 599 || probability > 100) return null;
    triggers[name] = { code, probability };
  }
  return triggers;
}
