import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { storeError } from './sqlite-error.ts';

const codeOf = (sql: string, ...values: unknown[]) => {
  const db = new Database(':memory:');
  try {
    db.prepare(sql).all(...values);
    return '';
  } catch (error) {
    return (storeError(error, 'mail.db') as { code: string }).code;
  } finally {
    db.close();
  }
};

test('a question that makes no sense is no fault of the mailbox', () => {
  assert.equal(codeOf('SELECT 1 LIMIT 1 OFFSET ?', 1e300), 'SQLITE_MISMATCH');
  assert.equal(codeOf('SELECT zeroblob(9e18)'), 'SQLITE_TOOBIG');
  assert.equal(codeOf('SELECT * FROM nowhere'), 'STORE_FAILED');
});
