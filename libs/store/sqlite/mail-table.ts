import { constants, zstdCompressSync } from 'node:zlib';
import { foldCase } from '../../mail/fold-case.ts';
import { type MailRow, toJson } from '../../mail/row.ts';
import type { Change } from '../change.ts';
import type { KeptRaw } from '../mail-state.ts';
import type { TimeCount } from '../store.ts';
import type { SqlCondition } from './sqlite-search.ts';
import type { Statements } from './statements.ts';

/** What a change needs to know of a mail. */
export type StoredMail = {
  readonly number: number;
  readonly id: string;
  readonly createdAtMs: number;
  readonly read: boolean;
  readonly tags: readonly string[];
  readonly sizeBytes: number;
  /** Its file in `big`; null: its bytes are in the table. */
  readonly file: string | null;
};

/** A mail whose bytes are kept as they came. */
export type PlainMail = { readonly number: number; readonly sizeBytes: number };

/** A place in the order of lists. */
export type ListKey = readonly [createdAtMs: number, number: number];

/** Above every mail. */
export const topKey: ListKey = [Number.POSITIVE_INFINITY, 0];

export type Match = { readonly key: ListKey; readonly id: string; readonly read: boolean };

const encodings = { plain: 0, zstd: 1, file: 2 } as const;
const fastest = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

const rowColumns = 'number, id, created, message_id, read, tags, size, attachments, inlines, json';
/** Few: each costs as much as all that is done with it. */
const shownColumns = 'read, tags, json';
const storedColumns = `mail.number, id, created, read, tags, size,
  (SELECT CAST(bytes AS TEXT) FROM raw WHERE raw.number = mail.number AND encoding = 2)`;

/** The tables `mail`, `text` and `raw`, of which a mail has a row each. */
export class MailTable {
  readonly #statements: Statements;
  /** Of long texts, what the statement that runs may still look through. */
  #longBytesLeft = 0;

  constructor(statements: Statements) {
    this.#statements = statements;
    statements.define('take_long', bytes => {
      if (this.#longBytesLeft <= 0) throw new TooLong();
      this.#longBytesLeft -= bytes;
      return 1;
    });
  }

  /** False: it is there already. */
  insert(number: number, { row, searchText, raw }: Change & { kind: 'mail' }): boolean {
    const added = this.#statements.run(
      'INSERT INTO mail VALUES (?, ?, ?, ?, ?, NULL, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
      number,
      row.id,
      row.createdAtMs,
      row.messageId,
      row.read ? 1 : 0,
      row.sizeBytes,
      row.attachments,
      row.inlines,
      row.json.join('\n'),
    );
    if (added === 0) return false;
    const { from, to, cc, bcc, replyTo, subject, all } = searchText;
    const messageId = foldCase(row.messageId);
    this.#statements.run(
      'INSERT INTO text VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      number,
      messageId,
      from,
      to,
      cc,
      bcc,
      replyTo,
      subject,
      all,
    );
    const isHere = Buffer.isBuffer(raw);
    this.#statements.run(
      'INSERT INTO raw VALUES (?, ?, ?)',
      number,
      isHere ? encodings.plain : encodings.file,
      isHere ? raw : Buffer.from(raw.file),
    );
    return true;
  }

  remove(number: number): void {
    this.#statements.run('DELETE FROM mail WHERE number = ?', number);
    this.#statements.run('DELETE FROM text WHERE number = ?', number);
    this.#statements.run('DELETE FROM raw WHERE number = ?', number);
  }

  setRead(number: number, read: boolean): void {
    this.#statements.run('UPDATE mail SET read = ? WHERE number = ?', read ? 1 : 0, number);
  }

  setTags(number: number, tags: readonly string[]): void {
    const json = tags.length === 0 ? null : JSON.stringify(tags);
    this.#statements.run('UPDATE mail SET tags = ? WHERE number = ?', json, number);
  }

  byId(id: string): StoredMail | null {
    const found = this.#statements.row(`SELECT ${storedColumns} FROM mail WHERE id = ?`, id);
    return found ? storedMail(found) : null;
  }

  oldest(limit: number): readonly StoredMail[] {
    return this.#stored('ORDER BY created, number LIMIT ?', limit);
  }

  /** In the order of their numbers. */
  after(number: number, limit: number): readonly StoredMail[] {
    return this.#stored('WHERE mail.number > ? ORDER BY mail.number LIMIT ?', number, limit);
  }

  tagged(folded: string, afterNumber: number, limit: number): readonly StoredMail[] {
    return this.#stored(
      'JOIN mail_tag USING (number) WHERE folded = ? AND number > ? ORDER BY number LIMIT ?',
      folded,
      afterNumber,
      limit,
    );
  }

  #stored(rest: string, ...values: unknown[]): readonly StoredMail[] {
    return this.#statements.rows(`SELECT ${storedColumns} FROM mail ${rest}`, ...values).map(storedMail);
  }

  /** Rows of a list as they are shown, from below a place in its order. */
  shownBelow([created, number]: ListKey, start: number, limit: number, unread = false): readonly string[] {
    return this.#statements
      .rows(
        `SELECT ${shownColumns} FROM ${ordered(unread)} AND (created, number) < (?, ?)
         ORDER BY created DESC, number DESC LIMIT ? OFFSET ?`,
        created,
        number,
        limit,
        start,
      )
      .map(shownRow);
  }

  shown(number: number): string | null {
    const found = this.#statements.row(`SELECT ${shownColumns} FROM mail WHERE number = ?`, number);
    return found ? shownRow(found) : null;
  }

  /** Mails from below a place in the order of lists. */
  listBelow([created, number]: ListKey, start: number, limit: number, unread = false): readonly MailRow[] {
    return this.#statements
      .rows(
        `SELECT ${rowColumns} FROM ${ordered(unread)} AND (created, number) < (?, ?)
         ORDER BY created DESC, number DESC LIMIT ? OFFSET ?`,
        created,
        number,
        limit,
        start,
      )
      .map(mailRow);
  }

  /** How many mails stand between two places in the order of lists. Reads the index alone: 100,000 take 2 ms. */
  countBetween(above: ListKey, lowest: ListKey): number {
    return this.#statements.value(
      `SELECT count(*) FROM mail INDEXED BY mail_by_created
       WHERE (created, number) < (?, ?) AND (created, number) > (?, ?)`,
      ...above,
      ...lowest,
    ) as number;
  }

  /** Mails from below one key to another, that one included, by spans of time. Reads the index alone. */
  timeCounts(above: ListKey, lowest: ListKey, spanMs: number): readonly TimeCount[] {
    const found = this.#statements.rows(
      `SELECT created - (created % ? + ?) % ? AS span, count(*)
       FROM mail INDEXED BY mail_by_created WHERE (created, number) < (?, ?) AND (created, number) >= (?, ?)
       GROUP BY span ORDER BY span DESC`,
      spanMs,
      spanMs,
      spanMs,
      ...above,
      ...lowest,
    ) as [number, number][];
    return found.map(([fromMs, count]) => ({ fromMs, count }));
  }

  find(id: string): MailRow | null {
    const found = this.#statements.row(`SELECT ${rowColumns} FROM mail WHERE ${whereId(id)}`, id);
    return found ? mailRow(found) : null;
  }

  hasMessageId(messageId: string): boolean {
    return this.#statements.row('SELECT 1 FROM mail WHERE message_id = ? LIMIT 1', messageId) !== undefined;
  }

  byNumber(number: number): MailRow | null {
    const found = this.#statements.row(`SELECT ${rowColumns} FROM mail WHERE number = ?`, number);
    return found ? mailRow(found) : null;
  }

  raw(id: string): KeptRaw | null {
    const found = this.#statements.row(
      `SELECT encoding, bytes FROM raw WHERE number = (SELECT number FROM mail WHERE ${whereId(id)})`,
      id,
    ) as [number, Buffer] | undefined;
    if (!found) return null;
    const [encoding, bytes] = found;
    if (encoding === encodings.file) return { encoding: 'file', file: bytes.toString() };
    return { encoding: encoding === encodings.zstd ? 'zstd' : 'plain', bytes };
  }

  nextPlain(afterNumber: number): PlainMail | null {
    const found = this.#statements.row(
      'SELECT number, length(bytes) FROM raw WHERE number > ? AND encoding = 0 ORDER BY number LIMIT 1',
      afterNumber,
    ) as [number, number] | undefined;
    return found ? { number: found[0], sizeBytes: found[1] } : null;
  }

  /** Compresses a mail's bytes, unless that makes them longer. */
  pack(number: number): void {
    const plain = this.#statements.value('SELECT bytes FROM raw WHERE number = ?', number) as Buffer;
    const packed = zstdCompressSync(plain, fastest);
    if (packed.length >= plain.length) return;
    this.#statements.run(
      'UPDATE raw SET encoding = ?, bytes = ? WHERE number = ?',
      encodings.zstd,
      packed,
      number,
    );
  }

  /** The key of the mail that is `count` places further in a list; null when there are fewer. Reads the index alone. */
  keyBelow([created, number]: ListKey, count: number, unread = false): ListKey | null {
    const found = this.#statements.row(
      `SELECT created, number FROM ${ordered(unread)} AND (created, number) < (?, ?)
       ORDER BY created DESC, number DESC LIMIT 1 OFFSET ?`,
      created,
      number,
      count - 1,
    );
    return (found as [number, number] | undefined) ?? null;
  }

  /**
   * Mails from below one key to another, that one included, for which the condition holds; null where so much is written
   * in them that they are too many to be looked through at once.
   */
  matches(above: ListKey, lowest: ListKey, condition: SqlCondition): readonly Match[] | null {
    const found = this.#unlessLong(() =>
      this.#statements.rows(
        `SELECT mail.created, mail.number, mail.id, mail.read ${among(condition)}
         ORDER BY mail.created DESC, mail.number DESC`,
        ...above,
        ...lowest,
        ...condition.values,
      ),
    ) as [number, number, string, number][] | null;
    return (
      found?.map(([created, number, id, read]) => ({ key: [created, number], id, read: read === 1 })) ?? null
    );
  }

  /** How many {@link matches} would find, and how many of them are unread. */
  countMatches(above: ListKey, lowest: ListKey, condition: SqlCondition): readonly [number, number] | null {
    return this.#unlessLong(() =>
      this.#statements.row(
        `SELECT count(*), coalesce(sum(mail.read = 0), 0) ${among(condition)}`,
        ...above,
        ...lowest,
        ...condition.values,
      ),
    ) as [number, number] | null;
  }

  #unlessLong<Result>(look: () => Result): Result | null {
    this.#longBytesLeft = maxLongBytes;
    try {
      return look();
    } catch (error) {
      if (error instanceof TooLong) return null;
      throw error;
    }
  }
}

/** Text from which on it takes a part of a millisecond to look through it, and how much of it is looked through at once. */
const longBytes = 64 * 1024;
const maxLongBytes = 256 * 1024;

class TooLong extends Error {}

/** Mails in the order of lists, all or those that are unread; a condition must follow. */
function ordered(unread: boolean): string {
  const index = unread ? 'mail_unread' : 'mail_by_created';
  return `mail INDEXED BY ${index} WHERE ${unread ? 'read = 0' : '1'}`;
}

/** What a condition finds in a part of the list: parameters are the keys of both ends, then the condition's. */
function among({ needsText, readsAll, unreadOnly, sql }: SqlCondition): string {
  // CROSS JOIN: whatever the planner thinks, `text` is read only for rows of this part of the list.
  const text = needsText ? 'CROSS JOIN text ON text.number = mail.number' : '';
  // The length stands before the text, which is not read for it.
  const length = 'octet_length(text.everything)';
  const room = readsAll ? `AND CASE WHEN ${length} > ${longBytes} THEN take_long(${length}) ELSE 1 END` : '';
  return `FROM mail INDEXED BY ${unreadOnly ? 'mail_unread' : 'mail_by_created'} ${text}
    WHERE (mail.created, mail.number) < (?, ?) AND (mail.created, mail.number) >= (?, ?) ${room} AND ${sql}`;
}

/** `latest` is an id too; the parameter is used in both, so that one call fits. */
const whereId = (id: string) =>
  id === 'latest'
    ? 'number = (SELECT number FROM mail WHERE ? IS NOT NULL ORDER BY created DESC, number DESC LIMIT 1)'
    : 'id = ?';

function storedMail(columns: readonly unknown[]): StoredMail {
  const [number, id, createdAtMs, read, tags, sizeBytes, file] = columns as [
    number,
    string,
    number,
    number,
    string | null,
    number,
    string | null,
  ];
  return { number, id, createdAtMs, read: read === 1, tags: parseTags(tags), sizeBytes, file };
}

function mailRow(columns: readonly unknown[]): MailRow {
  const [number, id, createdAtMs, messageId, read, tags, sizeBytes, attachments, inlines, json] = columns as [
    number,
    string,
    number,
    string,
    number,
    string | null,
    number,
    number,
    number,
    string,
  ];
  return {
    id,
    number,
    createdAtMs,
    messageId,
    read: read === 1,
    tags: parseTags(tags),
    sizeBytes,
    attachments,
    inlines,
    json: json.split('\n') as unknown as MailRow['json'],
  };
}

/** What `renderRow` says of a row. */
function shownRow(columns: readonly unknown[]): string {
  const [read, tags, json] = columns as [number, string | null, string];
  const head = json.indexOf('\n');
  const middle = json.indexOf('\n', head + 1);
  const shownTags = tags === null ? '[]' : toJson(parseTags(tags));
  return `${json.slice(0, head)}${read === 1}${json.slice(head + 1, middle)}${shownTags}${json.slice(middle + 1)}`;
}

const parseTags = (json: string | null): readonly string[] =>
  json === null ? [] : (JSON.parse(json) as string[]);
