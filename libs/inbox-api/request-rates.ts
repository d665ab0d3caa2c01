import type { Clock } from '../base/clock.ts';
import { Limiter, type Limits } from '../connection/limiter.ts';
import { peerAt, sourceOf } from '../connection/peer.ts';
import type { Applicant } from './admission.ts';
import type { InboxTenant } from './inbox-tenant.ts';
import { plainError, type Reply } from './reply.ts';

/** How many requests a tenant, and one address of its clients, has made in the last minute. */
export class RequestRates {
  readonly #clock: Clock;
  /** Only of those that have a limit. */
  readonly #limiters = new WeakMap<InboxTenant, Limiter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a request from an address; the refusal of one that is too many. Health can always be asked for. */
  refuse(tenant: InboxTenant, applicant: Applicant, address: string | undefined): Reply | null {
    const { limits } = tenant.settings;
    if (allowances(limits).length === 0 || applicant.surface === 'health') return null;
    const limiter = this.#limiters.get(tenant) ?? new Limiter(this.#clock);
    this.#limiters.set(tenant, limiter);
    const source = sourceOf(peerAt(forwardedFor(applicant) ?? address ?? ''));
    const limit = limiter.take('requests', 1, source, limits);
    if (limit === null) return null;
    const waitSeconds = Math.ceil(60 / Math.min(...allowances(limits)));
    return plainError(429, `Too many requests ${limit}`, { 'Retry-After': `${waitSeconds}` });
  }

  /** Whether what is known of a tenant would be missing. */
  isCounting(tenant: InboxTenant): boolean {
    return this.#limiters.get(tenant)?.isCounting ?? false;
  }
}

function allowances({ perMinute, perSource }: Limits): number[] {
  return [perMinute.requests ?? 0, perSource.perMinute.requests ?? 0].filter(most => most > 0);
}

/** Whom a web server on this machine asks for: the last that stands there is the one that it has seen itself. */
function forwardedFor({ headers, local }: Applicant): string | null {
  if (!local) return null;
  const addresses = String(headers['x-real-ip'] ?? headers['x-forwarded-for'] ?? '').split(',');
  return addresses.at(-1)?.trim() || null;
}
