/** Files as one ZIP archive, as they are: attachments are seldom worth compressing twice (APPNOTE 6.3.10, names in UTF-8). */
export type ZipEntry = { readonly name: string; readonly bytes: Uint8Array };

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crcTable[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Names that come twice get a number. At most 4 GiB and 65,535 files. */
export function zip(entries: readonly ZipEntry[]): Uint8Array<ArrayBuffer>[] {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const { name, bytes } of withOwnNames(entries)) {
    const encoded = new TextEncoder().encode(name);
    const facts: Field[] = [
      [2, 20],
      [2, 0x0800],
      [2, 0],
      [2, 0],
      [2, 0x21],
      [4, crc32(bytes)],
      [4, bytes.length],
      [4, bytes.length],
      [2, encoded.length],
      [2, 0],
    ];
    const local = [record([[4, 0x04034b50], ...facts]), encoded, new Uint8Array(bytes)];
    const where: Field[] = [
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, offset],
    ];
    directory.push(record([[4, 0x02014b50], [2, 20], ...facts, ...where]), encoded);
    parts.push(...local);
    offset += total(local);
  }
  const end = record([
    [4, 0x06054b50],
    [4, 0],
    [2, entries.length],
    [2, entries.length],
    [4, total(directory)],
    [4, offset],
    [2, 0],
  ]);
  return [...parts, ...directory, end];
}

type Field = readonly [bytes: 2 | 4, value: number];

function record(fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(fields.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}

const total = (parts: readonly Uint8Array[]) => parts.reduce((sum, { length }) => sum + length, 0);

function withOwnNames(entries: readonly ZipEntry[]): ZipEntry[] {
  const taken = new Set<string>();
  return entries.map(({ name, bytes }) => {
    // Nothing may leave the folder that it is unpacked into.
    // Nor may it be called what some system cannot name.
    const plain = name.replace(/[/\\:*?"<>|\p{Cc}]/gu, '_').replace(/^\.+/, '') || 'part';
    let own = plain;
    for (let n = 2; taken.has(own); n++) own = plain.replace(/(\.\w{1,10})?$/, ` (${n})$1`);
    taken.add(own);
    return { name: own, bytes };
  });
}
