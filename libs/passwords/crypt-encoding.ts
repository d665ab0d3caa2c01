/** The base 64 of crypt(3): its own alphabet, groups of three bytes, least significant bits first. */
const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** `count` characters for the bytes, most significant byte first. */
export function encodeGroup(bytes: readonly number[], count: number): string {
  let value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  let text = '';
  for (let i = 0; i < count; i++) {
    text += alphabet[value % 64];
    value = Math.floor(value / 64);
  }
  return text;
}

/** Bytes repeated, or cut, to a length. */
export function stretch(bytes: Buffer, length: number): Buffer {
  return length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, bytes);
}
