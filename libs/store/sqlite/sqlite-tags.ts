import { foldCase } from '../../mail/fold-case.ts';
import type { TagCount } from '../store.ts';
import type { Statements } from './statements.ts';

/** The tags of a mailbox's file. A mail's own list, in its order, is in its row. */
export class SqliteTags {
  readonly #statements: Statements;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** Takes a mail's old tags away and gives it the new ones. Returns these as the mailbox spells them, each once. */
  exchange(mail: number, old: readonly string[], wanted: readonly string[]): readonly string[] {
    const names = new Map<string, string>();
    for (const name of wanted) {
      const folded = foldCase(name);
      if (!names.has(folded)) names.set(folded, this.#give(mail, folded, name));
    }
    for (const folded of old.map(foldCase)) this.#take(mail, folded, !names.has(folded));
    return [...names.values()];
  }

  #give(mail: number, folded: string, name: string): string {
    this.#statements.run('INSERT OR IGNORE INTO mail_tag VALUES (?, ?)', folded, mail);
    return this.#statements.value(
      `INSERT INTO tag VALUES (?, ?, 1)
       ON CONFLICT (folded) DO UPDATE SET count = count + 1 RETURNING name`,
      folded,
      name,
    ) as string;
  }

  #take(mail: number, folded: string, isGone: boolean): void {
    if (isGone) this.#statements.run('DELETE FROM mail_tag WHERE folded = ? AND number = ?', folded, mail);
    this.#statements.run('UPDATE tag SET count = count - 1 WHERE folded = ?', folded);
    this.#statements.run('DELETE FROM tag WHERE folded = ? AND count = 0', folded);
  }

  /** Spells a tag anew; the lists of the mails that have it are the caller's. */
  respell(name: string): void {
    this.#statements.run('UPDATE tag SET name = ? WHERE folded = ?', name, foldCase(name));
  }

  list(): readonly TagCount[] {
    const rows = this.#statements.rows('SELECT name, count FROM tag ORDER BY folded') as [string, number][];
    return rows.map(([name, count]) => ({ name, count }));
  }
}
