/** Errors on purpose as Mailpit's setting writes them: `sender:451:100,recipient:450:20`. */

export type ChaosTrigger = {
  /** 400 to 599. */
  readonly code: number;
  /** Percent, 0 to 100. */
  readonly probability: number;
};

export type ChaosTriggersSpec = {
  readonly sender: ChaosTrigger;
  readonly recipient: ChaosTrigger;
  readonly authentication: ChaosTrigger;
};

const names: Readonly<Record<string, keyof ChaosTriggersSpec>> = {
  sender: 'sender',
  recipient: 'recipient',
  recipients: 'recipient',
  auth: 'authentication',
  authentication: 'authentication',
};

/** Nothing fails. */
export const noChaos: ChaosTriggersSpec = {
  sender: { code: 451, probability: 0 },
  recipient: { code: 451, probability: 0 },
  authentication: { code: 535, probability: 0 },
};

/** null: the text is something else. What is not named never fails; an empty text names nothing. */
export function parseChaosTriggers(text: string): ChaosTriggersSpec | null {
  const triggers = { ...noChaos };
  for (const item of text === '' ? [] : text.split(',')) {
    const match = /^([a-z]+):(\d{3}):(\d{1,3})$/i.exec(item.trim());
    const name = names[match?.[1]?.toLowerCase() ?? ''];
    const [code, probability] = [Number(match?.[2]), Number(match?.[3])];
    if (!name || code < 400 || code > 599 || probability > 100) return null;
    triggers[name] = { code, probability };
  }
  return triggers;
}
