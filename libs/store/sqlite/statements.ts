import type Database from 'better-sqlite3';
import { storeError } from './sqlite-error.ts';

/** A database's prepared statements, made when they are first used: an opened mailbox pays only for what it does. */
export class Statements {
  readonly #db: Database.Database;
  readonly #prepared = new Map<string, Database.Statement<unknown[], unknown>>();

  constructor(db: Database.Database) {
    this.#db = db;
  }

  /** A function for SQL. What it throws ends the statement that calls it, and comes out of that. */
  define(name: string, value: (argument: number) => number): void {
    this.#db.function(name, { directOnly: true }, value as (...params: unknown[]) => unknown);
  }

  get isInTransaction(): boolean {
    return this.#db.inTransaction;
  }

  /** Returns the number of rows that changed. */
  run(sql: string, ...values: unknown[]): number {
    return this.#guard(() => this.#prepare(sql).run(...values).changes);
  }

  /** Rows as arrays of their columns. */
  rows(sql: string, ...values: unknown[]): unknown[][] {
    return this.#guard(() => this.#prepare(sql).all(...values)) as unknown[][];
  }

  row(sql: string, ...values: unknown[]): unknown[] | undefined {
    return this.#guard(() => this.#prepare(sql).get(...values)) as unknown[] | undefined;
  }

  /** First column of the first row. */
  value(sql: string, ...values: unknown[]): unknown {
    return this.row(sql, ...values)?.[0];
  }

  #guard<Result>(use: () => Result): Result {
    try {
      return use();
    } catch (error) {
      throw storeError(error, this.#db.name);
    }
  }

  #prepare(sql: string): Database.Statement<unknown[], unknown> {
    let statement = this.#prepared.get(sql);
    if (!statement) {
      statement = this.#db.prepare<unknown[]>(sql);
      if (statement.reader) statement.raw(true);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}
