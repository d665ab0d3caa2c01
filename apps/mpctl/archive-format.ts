import { UsageError } from './usage-error.ts';

/** What is written, and what is read without being told. */
const known = 'archive';
const later = ['eml', 'mbox', 'maildir', 'mailpit'];

/** @throws UsageError for a format that is not there */
export function checkArchiveFormat(format: string | null): void {
  if (format === null || format === known) return;
  if (later.includes(format))
    throw new UsageError(`the format ${format} is not available in this version`, `--format ${known}`);
  throw new UsageError(`there is no format ${format}`, `--format ${known}`);
}
