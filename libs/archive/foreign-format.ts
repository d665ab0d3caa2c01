import { open, stat } from 'node:fs/promises';

const formats: readonly (readonly [beginning: RegExp, name: string])[] = [
  [/^SQLite format 3\0/, 'a SQLite database, as Mailpit keeps mail in'],
  [/^From [^\r\n]*\r?\n[\w-]+:/, 'an mbox'],
  [/^PK\x03\x04/, 'a zip file'],
  [/^[\s\S]{257}ustar/, 'a tar that is not compressed'],
  [/^[\w-]+:[^\r\n]*\r?\n/, 'a single mail'],
];

/** What a file is that is no archive of ours, for people; null: nobody knows. */
export async function foreignFormat(path: string): Promise<string | null> {
  if ((await stat(path)).isDirectory()) return 'a folder, as a Maildir is';
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1024), 0, 1024, 0);
  const beginning = buffer.toString('latin1', 0, bytesRead);
  return formats.find(([pattern]) => pattern.test(beginning))?.[1] ?? null;
}
