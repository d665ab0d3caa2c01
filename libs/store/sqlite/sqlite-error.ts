import Database from 'better-sqlite3';
import { isDiskFull } from '../../base/disk-error.ts';
import { MpctlError } from '../../base/error.ts';

const codes: readonly [pattern: RegExp, code: string, what: string][] = [
  [/^SQLITE_FULL/, 'STORE_FULL', 'has no room'],
  [/^SQLITE_(CORRUPT|NOTADB)/, 'STORE_CORRUPT', 'is damaged'],
  [/^SQLITE_(BUSY|LOCKED)/, 'STORE_BUSY', 'is open in another process'],
];

/** What was asked made no sense: a mistake of whoever asks, after which the file is as good as before. */
const isMistake = /^SQLITE_(MISMATCH|TOOBIG|RANGE|MISUSE)/;

/** SQLite's error and that of a full disk as ours; anything else as it is. */
export function storeError(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) {
    if (!isDiskFull(error)) return error;
    return new MpctlError('STORE_FULL', `there is no room for ${path}`, { cause: error });
  }
  if (isMistake.test(error.code)) return error;
  const [, code, what] = codes.find(([pattern]) => pattern.test(error.code)) ?? [
    null,
    'STORE_FAILED',
    'cannot be used',
  ];
  return new MpctlError(code, `${path} ${what}: ${error.message} (${error.code})`, { cause: error });
}
