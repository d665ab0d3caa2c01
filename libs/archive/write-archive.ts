/**
 * All mail of a mailbox as one file that everybody can open: a tar, compressed by gzip, of the mails as they are and a
 * manifest with what their bytes do not say.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { link, stat, unlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { writeHint } from '../base/disk-error.ts';
import { MpctlError } from '../base/error.ts';
import { type MailRow, renderRow } from '../mail/row.ts';
import type { Mailbox } from '../store/store.ts';
import { manifestName, renderManifest } from './archive-manifest.ts';
import { pace } from './pace.ts';
import { packEntry, tarEnd } from './tar.ts';

export type ArchiveSource = { readonly tenant: string; readonly mailbox: Mailbox; readonly nowMs: number };

/**
 * Writes an archive under a name that is free; it is there when it is whole. Mail that goes meanwhile is left out.
 * Beside everything else: holds the event loop no longer than one mail takes.
 * @throws MpctlError FILE_EXISTS, ARCHIVE_FAILED, STORE_…
 */
export async function writeArchive(
  source: ArchiveSource,
  path: string,
  cancelled?: AbortSignal,
): Promise<{ messages: number; bytes: number }> {
  const part = `${path}.part`;
  try {
    const messages = await writeAll(source, part, cancelled);
    await link(part, path);
    const { size } = await stat(path);
    return { messages, bytes: size };
  } catch (error) {
    throw writeFailure(error, path);
  } finally {
    await unlink(part).catch(() => {});
  }
}

async function writeAll(source: ArchiveSource, path: string, cancelled?: AbortSignal): Promise<number> {
  const gzip = createGzip({ level: 3 });
  const written = pipeline(gzip, createWriteStream(path, { mode: 0o600, flush: true }));
  // Seen where it is awaited.
  written.catch(() => {});
  const write = async (pieces: readonly Buffer[]) => {
    for (const piece of pieces) {
      if (!gzip.write(piece)) await Promise.race([once(gzip, 'drain'), written]);
    }
  };
  try {
    const messages = await writeMails(source, write, cancelled);
    gzip.end();
    await written;
    return messages;
  } catch (error) {
    gzip.destroy();
    await written.catch(() => {});
    throw error;
  }
}

async function writeMails(
  { tenant, mailbox, nowMs }: ArchiveSource,
  write: (pieces: readonly Buffer[]) => Promise<void>,
  cancelled?: AbortSignal,
): Promise<number> {
  const lines: string[] = [];
  const ids = await mailbox.match({ terms: [] });
  const step = pace();
  for (const id of ids.toReversed()) {
    await step();
    if (cancelled?.aborted) throw new MpctlError('ARCHIVE_FAILED', 'nobody waits for the archive any more');
    const row = await mailbox.find(id);
    const raw = row && (await mailbox.raw(id));
    if (!row || !raw) continue;
    const file = `mail/${String(row.number).padStart(8, '0')}-${id}.eml`;
    await write(packEntry(file, raw, row.createdAtMs));
    lines.push(lineOf(file, row, raw));
  }
  await write([...packEntry(manifestName, renderManifest(tenant, nowMs, lines), nowMs), tarEnd]);
  return lines.length;
}

function lineOf(file: string, row: MailRow, raw: Buffer): string {
  const { id, number, createdAtMs, messageId, read, tags } = row;
  const { Created, Username } = JSON.parse(renderRow(row));
  const bytes = raw.length;
  return JSON.stringify({
    file,
    id,
    number,
    createdAtMs,
    created: Created,
    username: Username,
    messageId,
    read,
    tags,
    bytes,
  });
}

function writeFailure(error: unknown, path: string): unknown {
  if (error instanceof MpctlError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  if (code === 'EEXIST') return new MpctlError('FILE_EXISTS', `${path} is there already`);
  return new MpctlError('ARCHIVE_FAILED', `cannot write ${path}: ${message}`, {
    cause: error,
    hint: writeHint(error),
  });
}
