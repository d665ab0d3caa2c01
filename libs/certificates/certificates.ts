/**
 * Certificates for TLS listeners: from files, read again when they have changed, or made for given names. The same files
 * give the same context to all who name them, so that a thousand tenants on one certificate cost as much as one.
 */
import { stat } from 'node:fs/promises';
import type { SecureContext } from 'node:tls';
import type { Clock } from '../base/clock.ts';
import { MpctlError } from '../base/error.ts';
import type { Logger } from '../base/log.ts';
import { maxSecretBytes, readRegular } from '../files/regular-file.ts';
import type { KeyPair } from '../slow-work/make-certificate.ts';
import type { SlowWork } from '../slow-work/slow-work.ts';

/** Paths of PEM files, or twice the same `sans:name,name`. */
export type CertificateSource = { readonly certificate: string; readonly key: string };

export interface Certificates {
  /**
   * The context to begin TLS with. Throws CERTIFICATE_UNUSABLE when there is none yet; once there is one, files that
   * cannot be used are logged, and the last good pair stays in use.
   */
  context(source: CertificateSource): Promise<SecureContext>;
  /** Why the files as they are now cannot be used; empty: they can. Nothing is made for it. */
  fault(source: CertificateSource): Promise<string>;
}

type Known = {
  context: SecureContext | null;
  /** What the files looked like when they were last read. */
  look: string;
  checkedAtMs: number;
  /** Why they cannot be used; empty when they can. */
  fault: string;
  /** A check on its way: whoever comes meanwhile waits for it. */
  checking: Promise<SecureContext> | null;
};

export type CertificatesOptions = {
  readonly log: Logger;
  readonly slowWork: SlowWork;
  readonly clock?: Clock;
};

/** How often files are looked at, at most. */
const checkMs = 1000;

const sans = 'sans:';

export function createCertificates({ log, slowWork, clock = Date.now }: CertificatesOptions): Certificates {
  const pairs = new Map<string, Known>();

  async function check(source: CertificateSource, known: Known): Promise<SecureContext> {
    try {
      const look = await lookOf(source);
      if (known.context === null || look !== known.look) {
        const isFirst = known.context === null;
        known.look = look;
        known.context = await toContext(await read(source));
        known.fault = '';
        if (!isFirst) log.info({ certificate: source.certificate }, 'certificate read again');
      }
    } catch (error) {
      const failure = unusable(source, error);
      if (known.fault !== failure.message && known.context) {
        const fields = { error: failure.message, certificate: source.certificate };
        log.error(fields, 'certificate unusable, the one before stays');
      }
      known.fault = failure.message;
      // Half of the new pair may be there already.
      known.look = '';
      if (known.context === null) throw failure;
    }
    known.checkedAtMs = clock();
    return known.context as SecureContext;
  }

  async function read(source: CertificateSource): Promise<KeyPair> {
    if (source.certificate.startsWith(sans)) {
      const names = source.certificate
        .slice(sans.length)
        .split(',')
        .map(name => name.trim());
      return slowWork.run('make-certificate', { names, nowMs: clock() }, source.certificate);
    }
    const [certificate, key] = await Promise.all([
      readRegular(source.certificate, maxSecretBytes),
      readRegular(source.key, maxSecretBytes),
    ]);
    return { certificate, key };
  }

  function knownOf({ certificate, key }: CertificateSource): Known {
    const name = JSON.stringify([certificate, key]);
    const known = pairs.get(name) ?? { context: null, look: '', checkedAtMs: 0, fault: '', checking: null };
    pairs.set(name, known);
    return known;
  }

  async function context(source: CertificateSource): Promise<SecureContext> {
    const known = knownOf(source);
    if (known.context && clock() - known.checkedAtMs < checkMs) return known.context;
    known.checking ??= check(source, known).finally(() => {
      known.checking = null;
    });
    return known.checking;
  }

  return {
    context,
    async fault(source) {
      if (source.certificate.startsWith(sans)) return '';
      // Its failure is the answer.
      await context(source).catch(() => {});
      return knownOf(source).fault;
    },
  };
}

/** Changes whenever the files do, also when one vanishes; made certificates never change. */
async function lookOf({ certificate, key }: CertificateSource): Promise<string> {
  if (certificate.startsWith(sans)) return certificate;
  const looks = await Promise.all([certificate, key].map(path => stat(path).catch(() => null)));
  return looks.map(look => (look ? `${look.ino} ${look.size} ${look.mtimeMs}` : 'missing')).join(' ');
}

/** Throws when the two do not belong together. */
async function toContext({ certificate, key }: KeyPair): Promise<SecureContext> {
  const { createSecureContext } = await import('node:tls');
  return createSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' });
}

function unusable({ certificate, key }: CertificateSource, cause: unknown): MpctlError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  const message = `cannot use the certificate ${certificate} with the key ${key}${why}`;
  return new MpctlError('CERTIFICATE_UNUSABLE', message, { cause });
}
