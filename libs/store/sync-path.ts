import { read } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';

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

/** Larger than a mailbox's log gets: then it is read and written in one go. */
const pieceBytes = 4 * 1024 * 1024;

/**
 * Writes a file's bytes over themselves. After a sync that failed the system takes what it could not write for written:
 * only this makes the next sync speak of it. Nobody else may write the file meanwhile.
 */
export async function rewriteFile(path: string): Promise<void> {
  await using handle = await open(path, 'r+');
  const piece = Buffer.alloc(pieceBytes);
  for (let at = 0; ; ) {
    const { bytesRead } = await handle.read(piece, 0, pieceBytes, at);
    if (bytesRead === 0) return;
    const { bytesWritten } = await handle.write(piece, 0, bytesRead, at);
    at += bytesWritten;
  }
}

/** Copies an open file into a new one, which is on disk then. Resolves when nothing uses the descriptor any more. */
export async function copyDescriptor(from: number, to: string): Promise<void> {
  await using handle = await open(to, 'wx', 0o600);
  const piece = Buffer.alloc(pieceBytes);
  for (let at = 0; ; ) {
    const { bytesRead } = await promisify(read)(from, piece, 0, pieceBytes, at);
    if (bytesRead === 0) break;
    await handle.writeFile(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
  await handle.datasync();
}
