/** Files and folders that everyone may read, whatever our umask is: the web server reads as its own user. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';

/** Makes the folder; one that is there already keeps its mode, which is its owner's business. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
    await chmod(path, 0o755);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Writes a file that is not there yet. */
export async function writeReadable(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' });
  await chmod(path, 0o644);
}
