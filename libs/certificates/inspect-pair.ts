/** What can be told of a certificate and its key before anybody shows them. Computes only. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

export type PairFault = {
  /** Whose file it is. */
  readonly of: 'certificate' | 'key';
  readonly code: 'CERTIFICATE_UNUSABLE' | 'CERTIFICATE_OUT_OF_DATE';
  /** `warning`: clients may refuse it, but it can be shown. */
  readonly severity: 'error' | 'warning';
  /** The end of a sentence that begins with the file. */
  readonly message: string;
};

const dayMs = 24 * 3600 * 1000;

/** `nowMs`: what it must be valid at. PEM texts. */
export function inspectPair(certificate: string, key: string, nowMs: number): PairFault[] {
  const unusable = (of: PairFault['of'], message: string): PairFault[] => [
    { of, code: 'CERTIFICATE_UNUSABLE', severity: 'error', message },
  ];
  const parsed = attempt(() => new X509Certificate(certificate));
  if (!parsed) return unusable('certificate', 'holds no certificate in PEM');
  if (/^-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(key))
    return unusable('key', 'is locked with a passphrase: it must be stored without one');
  const privateKey = attempt(() => createPrivateKey(key));
  if (!privateKey) return unusable('key', 'holds no private key in PEM');
  if (!parsed.checkPrivateKey(privateKey)) return unusable('key', 'is not the key of that certificate');
  // A chain that is broken behind its first certificate, a key too small, an algorithm that TLS does not know.
  if (!attempt(() => createSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' })))
    return unusable('certificate', 'cannot be used for TLS');
  return timeFaults(parsed, nowMs);
}

function timeFaults({ validFrom, validTo }: X509Certificate, nowMs: number): PairFault[] {
  const warn = (message: string): PairFault[] => [
    { of: 'certificate', code: 'CERTIFICATE_OUT_OF_DATE', severity: 'warning', message },
  ];
  const [fromMs, toMs] = [validFrom, validTo].map(text => Date.parse(text));
  if (fromMs !== undefined && fromMs > nowMs) return warn(`is not valid before ${validFrom}`);
  if (toMs === undefined) return [];
  if (toMs < nowMs) return warn(`has expired on ${validTo}`);
  return toMs < nowMs + 7 * dayMs ? warn(`expires on ${validTo}`) : [];
}

function attempt<T>(make: () => T): T | null {
  try {
    return make();
  } catch {
    // Why is said better than by OpenSSL's numbers.
    return null;
  }
}
