/** What a reading may look at; the caller does the looking. */
export type SpecIo = {
  /** Throws when the file is not there or may not be read. */
  readText(path: string): Promise<string>;
  /** Names in a folder; none where there is no folder. */
  listDir(path: string): Promise<readonly string[]>;
};

/** Why a file or folder could not be read, as the end of a sentence that begins with its path. */
export function ioFault(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'ENOENT') return 'is not there';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user';
  if (code === 'EISDIR') return 'is a folder';
  if (code === 'EFTYPE' || code === 'EFBIG') return message ?? code;
  return `cannot be read: ${message ?? String(error)}`;
}
