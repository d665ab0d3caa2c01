/** Files and folders that everyone may read, whatever our umask is: the web server reads as its own user. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { MpctlError } from '../base/error.ts';

/**
 * Makes the folder; one that is there already keeps its mode, which is its owner's business.
 * @throws MpctlError PROXY_NOT_WRITABLE
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
    await chmod(path, 0o755);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    throw new MpctlError('PROXY_NOT_WRITABLE', `cannot make ${path}: ${message}`, { cause: error });
  }
}

/** Writes a file that is not there yet. */
export async function writeReadable(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' });
  await chmod(path, 0o644);
}
