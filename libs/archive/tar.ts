/**
 * Tar in its plainest form (POSIX.1-1988 ustar), so that everybody can open what is written; read is also what other
 * programs make of it.
 */

const blockBytes = 512;
const endBlocks = 2;

export type TarEntry = { readonly name: string; readonly content: Buffer };

/** A file's header, its content and what fills up its last block. Names are ASCII, at most 100 bytes. */
export function packEntry(name: string, content: Buffer, atMs: number): Buffer[] {
  const head = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, length: number) =>
    head.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  if (Buffer.byteLength(name) > 100) throw new RangeError(`${name} is too long for a tar`);
  head.write(name, 0, 'latin1');
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(content.length, 124, 12);
  octal(Math.floor(atMs / 1000), 136, 12);
  head.fill(' ', 148, 156);
  head.write('0', 156, 'latin1');
  head.write('ustar\0' + '00', 257, 'latin1');
  octal(sumOf(head), 148, 7);
  head[154] = 0;
  return [head, content, Buffer.alloc(-content.length & (blockBytes - 1))];
}

/** What ends an archive. */
export const tarEnd = Buffer.alloc(endBlocks * blockBytes);

/**
 * The files of an archive, one after the other; folders, links and what programs note beside them are left out.
 * @throws Error when it is cut off or no tar at all
 */
export async function* unpackEntries(
  chunks: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<TarEntry> {
  const reader = new BlockReader(chunks);
  for (;;) {
    const head = await reader.read(blockBytes);
    if (head === null) throw new Error('it ends too early');
    if (head.every(byte => byte === 0)) return;
    if (Number.parseInt(head.toString('latin1', 148, 156), 8) !== sumOf(head))
      throw new Error('it is no tar');
    const size = Number.parseInt(textAt(head, 124, 12), 8);
    if (!(size >= 0 && size <= maxBytes)) throw new Error('it has a file that is too large');
    const content = await reader.read(size);
    const fill = content && (await reader.read(-size & (blockBytes - 1)));
    if (!content || !fill) throw new Error('it ends too early');
    const kind = head[156] ?? 0;
    if (kind !== 0 && kind !== 0x30) continue;
    const prefix = textAt(head, 257, 6) === 'ustar' ? textAt(head, 345, 155) : '';
    const name = `${prefix === '' ? '' : `${prefix}/`}${textAt(head, 0, 100)}`.replace(/^(\.?\/)+/, '');
    yield { name, content };
  }
}

/** Of all bytes, its own place counted as spaces. */
function sumOf(head: Buffer): number {
  let sum = 0;
  for (const [at, byte] of head.entries()) sum += at >= 148 && at < 156 ? 0x20 : byte;
  return sum;
}

function textAt(head: Buffer, at: number, length: number): string {
  return (head.toString('latin1', at, at + length).split('\0')[0] ?? '').trim();
}

/** Pieces of any size as pieces of a wanted one. */
class BlockReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** null: there is not so much left. */
  async read(bytes: number): Promise<Buffer | null> {
    while (this.#heldBytes < bytes) {
      const { value, done } = await this.#chunks.next();
      if (done) return null;
      this.#held.push(value);
      this.#heldBytes += value.length;
    }
    const all = this.#held.length === 1 ? (this.#held[0] as Buffer) : Buffer.concat(this.#held);
    this.#held = [all.subarray(bytes)];
    this.#heldBytes = all.length - bytes;
    return all.subarray(0, bytes);
  }
}
