import { type FileHandle, open } from 'node:fs/promises';

/** Waits until a file's bytes are on disk. Nothing to wait for where there is no such file. */
export async function syncFile(path: string): Promise<void> {
  await withFile(path, handle => handle.datasync());
}

/** Waits until the names in a folder are on disk. */
export async function syncFolder(path: string): Promise<void> {
  await withFile(path, handle => handle.sync());
}

async function withFile(path: string, use: (handle: FileHandle) => Promise<void>): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    await use(handle);
  } finally {
    await handle.close();
  }
}
