import { type FileHandle, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { pipeline as pipelined } from 'node:stream/promises';
import { promisify } from 'node:util';
import { constants, createZstdCompress, createZstdDecompress, zstdDecompress } from 'node:zlib';
import type { ByteSpan } from '../store/store.ts';
import { streamPieces } from '../store/stream-span.ts';
import { syncFolder } from '../store/sync-path.ts';
import { storeFailure } from './store-failure.ts';

/** Written and synced at a time: a sync of all at once would keep the journal's waiting. */
const pieceBytes = 1024 * 1024;
/** Read and unpacked at a time for whoever reads slowly. */
const streamedBytes = 64 * 1024;
const fastest = { params: { [constants.ZSTD_c_compressionLevel]: 1 }, chunkSize: pieceBytes };

/**
 * Large mail, a file each in the folder `big` of its mailbox, where it stays: neither the journal nor the database
 * carries its bytes. Compressed one after the other, so that the threads that sync stay free.
 */
export class Spool {
  #turn: Promise<unknown> = Promise.resolve();

  /** Resolves to the file's name when it is safe. A file that no mail names is removed by the next start. */
  async write(dir: string, id: string, raw: Buffer): Promise<string> {
    const packed = await this.#inTurn(() => pack(raw));
    const packedBytes = packed.reduce((sum, { length }) => sum + length, 0);
    const [name, pieces] = packedBytes < raw.length ? [`${id}.zst`, packed] : [id, slicesOf(raw)];
    const folder = join(dir, 'big');
    const path = join(folder, name);
    try {
      const isNew = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined;
      await writeInPieces(path, pieces);
      await syncFolder(folder);
      // The mailbox's folder may be as new.
      if (isNew) for (const path of [dir, dirname(dir)]) await syncFolder(path);
    } catch (error) {
      await unlink(path).catch(() => {});
      throw storeFailure(error, `${path} could not be written`);
    }
    return name;
  }

  async read(dir: string, name: string): Promise<Buffer> {
    const bytes = await readFile(join(dir, 'big', name)).catch(error => {
      throw storeFailure(error, `large mail ${name} could not be read`);
    });
    return name.endsWith('.zst') ? this.unpack(bytes) : bytes;
  }

  /** The file stays open, and is what it was, until the stream is closed, whatever becomes of its name. */
  async stream(dir: string, name: string, span: ByteSpan): Promise<Readable> {
    const handle = await open(join(dir, 'big', name)).catch(error => {
      throw storeFailure(error, `large mail ${name} could not be read`);
    });
    const pieces = streamPieces(
      name.endsWith('.zst') ? unpackedPieces(handle, span) : plainPieces(handle, span),
    );
    // Not by whoever reads: a stream may be destroyed before it was read.
    return pieces.once('close', () => void handle.close());
  }

  unpack(bytes: Buffer): Promise<Buffer> {
    return this.#inTurn(() => promisify(zstdDecompress)(bytes));
  }

  async remove(dir: string, name: string): Promise<void> {
    // What stays is found by the next start.
    await unlink(join(dir, 'big', name)).catch(() => {});
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

/** In pieces that are never put together: to copy many megabytes would hold the event loop. */
async function pack(raw: Buffer): Promise<readonly Buffer[]> {
  const pieces: Buffer[] = [];
  await pipelined(Readable.from(slicesOf(raw)), createZstdCompress(fastest), async packed => {
    for await (const piece of packed) pieces.push(piece);
  });
  return pieces;
}

function slicesOf(raw: Buffer): readonly Buffer[] {
  const count = Math.ceil(raw.length / pieceBytes);
  return Array.from({ length: count }, (_, i) => raw.subarray(i * pieceBytes, (i + 1) * pieceBytes));
}

async function writeInPieces(path: string, pieces: readonly Buffer[]): Promise<void> {
  await using handle = await open(path, 'wx', 0o600);
  let unsynced = 0;
  for (const piece of pieces) {
    await handle.writeFile(piece);
    unsynced += piece.length;
    if (unsynced < pieceBytes) continue;
    await handle.datasync();
    unsynced = 0;
  }
  if (unsynced > 0) await handle.datasync();
}

async function* plainPieces(handle: FileHandle, { first, last }: ByteSpan): AsyncIterable<Buffer> {
  for (let at = first; at <= last; ) {
    const wanted = Math.min(streamedBytes, last + 1 - at);
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, at);
    if (bytesRead === 0) throw new Error('the file is shorter than the mail');
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/** From its start: what is packed has no places. */
async function* unpackedPieces(handle: FileHandle, { first, last }: ByteSpan): AsyncIterable<Buffer> {
  const packed = handle.createReadStream({ highWaterMark: streamedBytes, autoClose: false });
  // What goes wrong ends the unpacked side, which is read here.
  const unpacked = pipeline(packed, createZstdDecompress({ chunkSize: streamedBytes }), () => {});
  let at = 0;
  for await (const piece of unpacked as AsyncIterable<Buffer>) {
    const wanted = piece.subarray(Math.max(0, first - at), Math.max(0, last + 1 - at));
    at += piece.length;
    if (wanted.length > 0) yield wanted;
    if (at > last) return;
  }
  throw new Error('the file is shorter than the mail');
}
