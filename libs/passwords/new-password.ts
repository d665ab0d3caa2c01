/** Letters and digits that nobody takes for others; 32 of them, so that each says five bits. */
const letters = 'abcdefghijkmnpqrstuvwxyz23456789';

/** A password of 20 letters, 100 bits, in groups to be read aloud; made of 20 random bytes. */
export function newPassword(random: Uint8Array): string {
  const text = [...random.subarray(0, 20)].map(byte => letters[byte % letters.length]).join('');
  return text.replace(/.{5}(?=.)/g, '$&-');
}
