/** Longer values say no more. */
const maxShown = 60;

/** Characters that a terminal acts on instead of showing them, and those that turn the direction of a line. */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** A text from outside as it may go to a terminal: `\u202e` instead of the character itself. */
export function printable(text: string): string {
  return text.replace(unseen, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A value in quotes for a message, in one line and cut where it is long. */
export function quote(text: string): string {
  const letters = [...text.slice(0, 2 * maxShown)].slice(0, maxShown);
  const shown = letters.join('');
  return printable(JSON.stringify(shown === text ? text : `${shown}…`));
}
