/**
 * Logins for every protocol: hashes are verified on another thread, a verified login is remembered for a minute, an
 * unknown user costs as much as a wrong password, and every refusal comes a second after the attempt.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import { MpctlError } from '../base/error.ts';
import type { Users } from '../passwords/password-file.ts';
import { fitsChallenge, type LoginResult, type Proof } from '../passwords/proof.ts';
import { secretKind } from '../passwords/secret-kind.ts';
import type { SlowWork } from '../slow-work/slow-work.ts';

export interface LoginChecker {
  /** `scope` is the tenant whose users these are. */
  check(scope: string, users: Users, user: string, proof: Proof): Promise<LoginResult>;
}

export type LoginCheckerOptions = {
  readonly slowWork: SlowWork;
  readonly clock?: Clock;
  /** From the attempt to its refusal. */
  readonly refusalMs?: number;
};

const rememberMs = 60_000;
const maxRemembered = 10_000;

export function createLoginChecker({
  slowWork,
  clock = Date.now,
  refusalMs = 1000,
}: LoginCheckerOptions): LoginChecker {
  /** Keyed digest of a login that was right → until when it is believed. Oldest first. */
  const remembered = new Map<string, number>();
  /** Logins that are being verified: the same one is not verified twice at a time. */
  const underWay = new Map<string, Promise<boolean>>();
  const processKey = randomBytes(32);

  function digestOf(parts: readonly string[]): string {
    return createHmac('sha256', processKey).update(JSON.stringify(parts)).digest('base64');
  }

  function remember(digest: string): void {
    remembered.delete(digest);
    remembered.set(digest, clock() + rememberMs);
    for (const [oldest, untilMs] of remembered) {
      if (untilMs > clock() && remembered.size <= maxRemembered) break;
      remembered.delete(oldest);
    }
  }

  async function fitsPassword(
    scope: string,
    user: string,
    secret: string,
    password: string,
  ): Promise<boolean> {
    if (secretKind(secret) !== 'slow') {
      const { fitsSecret } = await import('../passwords/secret.ts');
      return fitsSecret(secret, password);
    }
    const digest = digestOf([scope, user, secret, password]);
    if ((remembered.get(digest) ?? 0) > clock()) return true;
    const checking =
      underWay.get(digest) ??
      slowWork.run('fits-secret', { secret, password }, scope).finally(() => underWay.delete(digest));
    underWay.set(digest, checking);
    const fits = await checking;
    if (fits) remember(digest);
    return fits;
  }

  async function fits(scope: string, users: Users, user: string, proof: Proof): Promise<boolean> {
    const [anySecret = ''] = users.values();
    const secret = users.get(user);
    const known = secret !== undefined;
    const compared = secret ?? anySecret;
    if (proof.type !== 'password')
      return fitsChallenge(compared, proof) && known && secretKind(compared) === 'plain';
    return (await fitsPassword(scope, user, compared, proof.password)) && known;
  }

  return {
    async check(scope, users, user, proof) {
      const refusal = sleep(refusalMs, 'refused' as const, { ref: false });
      try {
        return (await fits(scope, users, user, proof)) ? 'accepted' : await refusal;
      } catch (error) {
        if (error instanceof MpctlError && error.code.startsWith('SLOW_WORK_')) return 'unavailable';
        throw error;
      }
    },
  };
}
