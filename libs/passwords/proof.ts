/** How a client shows that it knows a password. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export type Proof =
  | { readonly type: 'password'; readonly password: string }
  /** HMAC-MD5 of the challenge under the password, in hex (RFC 2195). */
  | { readonly type: 'cram-md5'; readonly challenge: string; readonly digest: string }
  /** MD5 of the greeting's time stamp and the password, in hex (RFC 1939 §7). */
  | { readonly type: 'apop'; readonly timestamp: string; readonly digest: string };

/** `unavailable`: it cannot be told now, e.g. because too many logins wait. */
export type LoginResult = 'accepted' | 'refused' | 'unavailable';

/** Whether a challenge was answered with knowledge of the plain password. */
export function fitsChallenge(password: string, proof: Exclude<Proof, { type: 'password' }>): boolean {
  const expected =
    proof.type === 'cram-md5'
      ? createHmac('md5', password).update(proof.challenge).digest()
      : createHash('md5').update(proof.timestamp).update(password).digest();
  const given = Buffer.from(proof.digest, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
