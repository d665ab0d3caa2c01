/**
 * Texts that operators name: regular files only, and of a bounded size. A pipe would keep whoever reads it waiting for good,
 * a device would never end.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';

/** Of a tenants file. */
export const maxFileBytes = 64 * 1024 * 1024;
/** Of a file with passwords, a certificate or a key. */
export const maxSecretBytes = 8 * 1024 * 1024;

/** What stands there may become a pipe between the look and the opening. */
const flags = constants.O_RDONLY | constants.O_NONBLOCK;

/** @throws a system error; with the code `EFTYPE` or `EFBIG` and a message that ends a sentence where it is not read. */
export function readRegularSync(path: string, maxBytes: number): string {
  refuseOthers(statSync(path), maxBytes);
  const fd = openSync(path, flags);
  try {
    refuseOthers(fstatSync(fd), maxBytes);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

/** As {@link readRegularSync}. */
export async function readRegular(path: string, maxBytes: number): Promise<string> {
  refuseOthers(await stat(path), maxBytes);
  await using file = await open(path, flags);
  refuseOthers(await file.stat(), maxBytes);
  return await file.readFile('utf8');
}

function refuseOthers(stats: Stats, maxBytes: number): void {
  if (stats.isDirectory()) throw refusal('EISDIR', 'is a folder');
  if (!stats.isFile()) throw refusal('EFTYPE', 'is no regular file');
  if (stats.size > maxBytes) throw refusal('EFBIG', `is larger than ${maxBytes / 1024 ** 2} MiB`);
}

function refusal(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
