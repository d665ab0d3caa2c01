/** Whether the disk, or what its user may take of it, is full. */
export function isDiskFull(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** A hint where a folder or file may not be written; empty where something else is wrong. */
export function writeHint(error: unknown): string {
  const code = codeOf(error);
  return code === 'EACCES' || code === 'EPERM' ? "the daemon's user must be able to write there" : '';
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
