import { crc32 } from 'node:zlib';
import { parseTenantUid, type TenantUid } from '../base/ids.ts';
import type { Change } from '../store/change.ts';

/** A change as the journal has it: whose it is and where it stands in the order of all. */
export type JournalRecord = {
  readonly uid: TenantUid;
  readonly position: number;
  readonly change: Change;
};

/**
 * Whose positions a tenant's are in what a process wrote: of the tenant in that run alone, because the same mailbox may meet
 * other journals (a copy of it elsewhere, a journal folder that was lost) whose numbers say nothing about it.
 */
export const journalOf = (run: string, uid: TenantUid): string => (run === '' ? '' : `${run}-${uid}`);

/** A record where it was found, whole. Its change is read when it is asked for: most are known to be applied already. */
export class FoundRecord implements JournalRecord {
  readonly uid: TenantUid;
  readonly position: number;
  /** Numbers the writes of a segment: what was written together was synced together. */
  readonly batch: number;
  readonly offset: number;
  readonly endOffset: number;
  /** JSON and raw bytes. */
  readonly #bytes: Buffer;
  readonly #jsonBytes: number;

  constructor(bytes: Buffer, at: number, endOffset: number) {
    this.uid = bytes.toString('hex', at + 24, at + 32) as TenantUid;
    this.position = bytes.readDoubleLE(at + 16);
    this.batch = bytes.readUInt32LE(at + 12);
    this.offset = at;
    this.endOffset = endOffset;
    this.#bytes = bytes.subarray(at + headBytes, endOffset);
    this.#jsonBytes = bytes.readUInt32LE(at + 32);
  }

  /** About what it takes in memory. */
  get bytes(): number {
    return this.#bytes.length;
  }

  get change(): Change {
    const change = JSON.parse(this.#bytes.toString('utf8', 0, this.#jsonBytes)) as Change;
    const isWhole = (change.kind !== 'mail' && change.kind !== 'arrival') || change.raw !== undefined;
    return isWhole ? change : { ...change, raw: this.#bytes.subarray(this.#jsonBytes) };
  }
}

/** Bytes that make no sense, up to the next that do. */
export type Damage = { readonly offset: number; readonly endOffset: number };

/**
 * Random, one a segment, known to nobody outside: the mark that records begin with and the start of their checksums. So
 * that nobody can write a mail in which, once it is damaged, a record of another tenant would be found.
 */
export type Salt = { readonly mark: number; readonly seed: number };

/**
 * Layout, little endian: mark 4 · length of what follows the head 4 · CRC-32 of all behind it 4 · batch 4 · position 8
 * (double) · uid 8 · length of JSON 4 · JSON of the change without its raw bytes · raw bytes.
 */
const headBytes = 36;
/** No record is longer: a length above it is damage. */
const longestBytes = 256 * 1024 * 1024;

/**
 * The record as pieces to write one after the other. The raw bytes are the last piece and not copied. Throws where it
 * would be nobody's.
 */
export function encodeRecord(
  { uid, position, change }: JournalRecord,
  batch: number,
  { mark, seed }: Salt,
): readonly Buffer[] {
  if (parseTenantUid(uid) === null) throw new Error(`${uid} is no uid`);
  const raw = 'raw' in change && Buffer.isBuffer(change.raw) ? change.raw : null;
  const json = JSON.stringify(raw ? { ...change, raw: undefined } : change);
  const jsonBytes = Buffer.byteLength(json);
  const head = Buffer.allocUnsafe(headBytes + jsonBytes);
  head.writeUInt32LE(mark, 0);
  head.writeUInt32LE(jsonBytes + (raw?.length ?? 0), 4);
  head.writeUInt32LE(batch, 12);
  head.writeDoubleLE(position, 16);
  head.write(uid, 24, 'hex');
  head.writeUInt32LE(jsonBytes, 32);
  head.write(json, headBytes);
  const headCrc = crc32(head.subarray(12), seed);
  head.writeUInt32LE(raw ? crc32(raw, headCrc) : headCrc, 8);
  return raw ? [head, raw] : [head];
}

/** The records of a segment from `offset` on, and what lies between them that is none. */
export function* decodeRecords(bytes: Buffer, offset: number, salt: Salt): Generator<FoundRecord | Damage> {
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(salt.mark);
  let damagedFrom = -1;
  for (let at = offset; at < bytes.length; ) {
    const record = decodeRecord(bytes, at, salt);
    if (record) {
      if (damagedFrom >= 0) yield { offset: damagedFrom, endOffset: at };
      damagedFrom = -1;
      yield record;
      at = record.endOffset;
      continue;
    }
    if (damagedFrom < 0) damagedFrom = at;
    const next = bytes.indexOf(mark, at + 1);
    at = next < 0 ? bytes.length : next;
  }
  if (damagedFrom >= 0) yield { offset: damagedFrom, endOffset: bytes.length };
}

function decodeRecord(bytes: Buffer, at: number, { mark, seed }: Salt): FoundRecord | null {
  if (at + headBytes > bytes.length || bytes.readUInt32LE(at) !== mark) return null;
  const length = bytes.readUInt32LE(at + 4);
  const jsonBytes = bytes.readUInt32LE(at + 32);
  const endOffset = at + headBytes + length;
  if (length > longestBytes || jsonBytes > length || endOffset > bytes.length) return null;
  if (crc32(bytes.subarray(at + 12, endOffset), seed) !== bytes.readUInt32LE(at + 8)) return null;
  return new FoundRecord(bytes, at, endOffset);
}
