/** Query numbers as Go reads them (64 bits, an optional sign); what is none, or below `least`, is `otherwise`. */
export function readNumber(text: string | null, least: number, otherwise: number): number {
  if (text === null || !/^[+-]?\d{1,19}$/.test(text)) return otherwise;
  const value = BigInt(text.replace('+', ''));
  if (value >= 2n ** 63n || value < BigInt(least)) return otherwise;
  return Number(value);
}
