import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { MpctlError } from '../base/error.ts';
import type { ShardIndex } from '../base/ids.ts';
import { type Damage, decodeRecords, FoundRecord, type Salt } from './record.ts';

/**
 * `log`: its records may not be applied · `done`: they have been, though what they changed may not be synced · `end`: it
 * has none; a shard that ended as it should leaves it for its number · `left`: a start could not take it in, most likely
 * because the disk is full; every shard looks in it for the tenants that it hosts, and the next start tries again.
 */
export type SegmentKind = 'log' | 'done' | 'end' | 'left';

/**
 * A file of the journal. Its name says everything that is needed to read it, so that a damaged head costs nothing:
 * `<number>-<shard>-<run>-<salt>.<kind>`. Numbers grow over all shards of a data folder, and with them positions.
 */
export type SegmentName = {
  readonly number: number;
  readonly shard: ShardIndex;
  /** The process that wrote it, by a random name that is never given again; empty: of an mpctl that knew none. */
  readonly run: string;
  readonly salt: Salt;
  readonly kind: SegmentKind;
};

export function segmentFileName({ number, shard, run, salt, kind }: SegmentName): string {
  const hex = (value: number) => value.toString(16).padStart(8, '0');
  const names = [String(number).padStart(10, '0'), shard, run, `${hex(salt.mark)}${hex(salt.seed)}`];
  return `${names.filter(name => name !== '').join('-')}.${kind}`;
}

const namePattern =
  /^(?<number>\d{10,})-(?<shard>\d+)-((?<run>[0-9a-f]{16})-)?(?<mark>[0-9a-f]{8})(?<seed>[0-9a-f]{8})\.(?<kind>log|done|end|left)$/;

export function parseSegmentName(name: string): SegmentName | null {
  const found = namePattern.exec(name);
  if (!found) return null;
  const { number, shard, run = '', mark = '', seed = '', kind } = found.groups as Record<string, string>;
  return {
    number: Number(number),
    shard: Number(shard),
    run,
    salt: { mark: Number.parseInt(mark, 16), seed: Number.parseInt(seed, 16) },
    kind: kind as SegmentKind,
  };
}

/** The segments of a journal folder, oldest first; none when there is no folder. */
export async function listSegments(dir: string): Promise<readonly SegmentName[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.flatMap(name => parseSegmentName(name) ?? []).sort((a, b) => a.number - b.number);
}

/** Makes what was not taken in everybody's: the shards of the next fleet may be others. Returns how many segments that are. */
export async function leaveSegments(dir: string): Promise<number> {
  const names = (await listSegments(dir)).filter(({ kind }) => kind !== 'end');
  for (const name of names)
    await rename(join(dir, segmentFileName(name)), join(dir, segmentFileName({ ...name, kind: 'left' })));
  return names.length;
}

/** Records that fit below one number; positions stay whole numbers of a double for 500 million segments. */
const recordsPerSegment = 2 ** 24;

export const positionOf = (segmentNumber: number, index: number) => segmentNumber * recordsPerSegment + index;
export const segmentNumberOf = (position: number) => Math.floor(position / recordsPerSegment);
export const hasPlace = (index: number) => index < recordsPerSegment;

/** Head of a segment: magic 8 · version 4 · boot id 36 · CRC-32 of these 4. */
export const segmentHeadBytes = 52;
const magic = 'mpctlJnl';
/** 2: mail that is not read yet. */
const version = 2;

export function encodeSegmentHead(bootId: string): Buffer {
  const head = Buffer.alloc(segmentHeadBytes);
  head.write(magic, 0, 'latin1');
  head.writeUInt32LE(version, 8);
  head.write(bootId, 12, 36, 'latin1');
  head.writeUInt32LE(crc32(head.subarray(0, 48)), 48);
  return head;
}

/** `newer`: another program wrote it, nothing can be read · null: damaged, what follows may be well. */
export function decodeSegmentHead(bytes: Buffer): { readonly bootId: string } | 'newer' | null {
  if (bytes.length < segmentHeadBytes || bytes.readUInt32LE(48) !== crc32(bytes.subarray(0, 48))) return null;
  if (bytes.toString('latin1', 0, 8) !== magic) return null;
  if (bytes.readUInt32LE(8) > version) return 'newer';
  return { bootId: bytes.toString('latin1', 12, 48).replace(/\0+$/, '') };
}

/** A part of a segment that is no record. `isLastWrite`: it may not have been acknowledged, a whole record follows it. */
export type DamagedPart = Damage & { readonly isLastWrite: boolean; readonly bytes: Buffer };

/** What a segment holds. */
export type SegmentContent = {
  readonly records: readonly FoundRecord[];
  /** Before a record that is whole. */
  readonly damages: readonly DamagedPart[];
  /** Behind the last record: most likely of a write that had not come to its end. */
  readonly cut: (Damage & { readonly bytes: Buffer }) | null;
};

/** What a disk loses at a time, at least. */
const blockBytes = 4096;

/** Reading holds the event loop no longer at a time. */
const sliceMs = 4;

/**
 * Reads a segment whole: at most a little more than a segment's size.
 * @throws MpctlError STORE_NEWER when a newer program wrote it
 */
export async function readSegment(path: string, salt: Salt): Promise<SegmentContent> {
  const bytes = await readWhatCanBe(path);
  if (decodeSegmentHead(bytes) === 'newer') {
    throw new MpctlError('STORE_NEWER', `${path} was written by a newer mpctl`, {
      hint: 'start that one once: it takes the mail in',
    });
  }
  const parts: (FoundRecord | Damage)[] = [];
  let endMs = performance.now() + sliceMs;
  for (const part of decodeRecords(bytes, Math.min(segmentHeadBytes, bytes.length), salt)) {
    parts.push(part);
    if (performance.now() < endMs) continue;
    await new Promise(setImmediate);
    endMs = performance.now() + sliceMs;
  }
  const records = parts.filter(part => part instanceof FoundRecord);
  const lastBatch = records.at(-1)?.batch ?? 0;
  const damages: DamagedPart[] = [];
  let cut: SegmentContent['cut'] = null;
  for (const [i, part] of parts.entries()) {
    if (part instanceof FoundRecord) continue;
    const place = { ...part, bytes: bytes.subarray(part.offset, part.endOffset) };
    // Between two parts that are damaged there is always a record.
    const [before, after] = [parts[i - 1], parts[i + 1]] as [
      FoundRecord | undefined,
      FoundRecord | undefined,
    ];
    // A power cut may tear the last write anywhere, as the disk orders its blocks as it likes; those before it were synced.
    if (!after) cut = place;
    else {
      const isLastWrite = after.batch === lastBatch && after.batch - (before?.batch ?? 0) <= 1;
      damages.push({ ...place, isLastWrite });
    }
  }
  return { records, damages, cut };
}

/** Reads records again where {@link readSegment} found them, on the spot. Holds open the files that it has read from. */
export class RecordReader implements Disposable {
  readonly #files = new Map<string, number>();

  read(path: string, offset: number, endOffset: number): FoundRecord {
    const file = this.open(path);
    const bytes = Buffer.allocUnsafe(endOffset - offset);
    readSync(file, bytes, 0, bytes.length, offset);
    return new FoundRecord(bytes, 0, bytes.length);
  }

  /** A file that was opened can be read from then on, wherever it goes. */
  open(path: string): number {
    const file = this.#files.get(path) ?? openSync(path, 'r');
    this.#files.set(path, file);
    return file;
  }

  close(path: string): void {
    const file = this.#files.get(path);
    if (file !== undefined) closeSync(file);
    this.#files.delete(path);
  }

  [Symbol.dispose](): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }
}

/** Blocks that the disk cannot read are zeros, which no record is. */
async function readWhatCanBe(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EIO') throw error;
  }
  await using file = await open(path);
  const { size } = await file.stat();
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += blockBytes) {
    await file
      .read(bytes, at, Math.min(blockBytes, size - at), at)
      .catch(() => bytes.fill(0, at, at + blockBytes));
  }
  return bytes;
}

/** When the machine was started that wrote a segment; null when its head does not say. */
export async function bootIdOf(path: string): Promise<string | null> {
  await using file = await open(path);
  const head = Buffer.alloc(segmentHeadBytes);
  await file.read(head, 0, segmentHeadBytes, 0);
  const decoded = decodeSegmentHead(head);
  // No boot has an empty name: it stands for "unknown" where a machine does not tell.
  return decoded === null || decoded === 'newer' || decoded.bootId === '' ? null : decoded.bootId;
}

/** Changes with each start of the machine: what was written before it may be lost where it was not synced. */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Not Linux: an empty id equals no other, so that nothing is taken for granted.
    return '';
  }
}
