const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Bytes from a secure source, e.g. `randomBytes` of node:crypto. */
export type RandomSource = (bytes: number) => Uint8Array;

/** 22 of 0-9A-Za-z: 128 random bits in base 62, so that ids cannot be guessed and sort like no order of arrival. */
export function newMailId(random: RandomSource): string {
  const words = new DataView(Uint8Array.from(random(16)).buffer);
  let value = (words.getBigUint64(0) << 64n) | words.getBigUint64(8);
  let id = '';
  for (let place = 0; place < 22; place += 1) {
    id = digits[Number(value % 62n)] + id;
    value /= 62n;
  }
  return id;
}

/** Ids that may name a mail, also of an imported mailbox; `latest` is a word of the API. */
export function isMailId(text: string): boolean {
  return /^[A-Za-z0-9-]{8,60}$/.test(text);
}
