/**
 * Lower case one code point at a time, as searches compare: `Σ` is `σ` wherever it stands and `İ` is `i`, so that a
 * word is found whatever surrounds it.
 */
export function foldCase(text: string): string {
  return text.replace(/[Σİ]/g, letter => (letter === 'Σ' ? 'σ' : 'i')).toLowerCase();
}
