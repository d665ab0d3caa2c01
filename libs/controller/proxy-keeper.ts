import type { Logger } from '../base/log.ts';
import { probeHost } from '../proxy/proxy-model.ts';
import { describeDrift } from '../proxy-apply/describe-drift.ts';
import { inspectProxy, type ProxyText } from '../proxy-apply/inspect-proxy.ts';
import { readCurrent } from '../proxy-apply/output-folder.ts';
import { ProxyApplier } from '../proxy-apply/proxy-applier.ts';
import { type ProxyTools, readProxyText } from '../proxy-apply/read-proxy-text.ts';
import { servedHash } from '../proxy-apply/served-hash.ts';
import type { FleetSpec } from '../spec/tenant-spec.ts';
import type { ProxyStatus } from '../wire/proxy-status.ts';
import { applyProxyLocked } from './apply-proxy-locked.ts';

type Seen = Omit<ProxyStatus, 'ageMs'>;

const nothingSeen: Seen = { state: 'waiting', hash: '', served: null, error: '', issues: [] };

/** How often it is looked whether somebody else changed what stands there, or the web server serves something else. */
const usualLookMs = 60_000;

/** What did not work is tried again at a look: at the next one, then after two, four, … and so many at most. */
const maxLooksBetween = 16;

/** What may come right without a change of ours: a web server that runs again, a certificate that was made. */
const triedAgain: ReadonlySet<Seen['state']> = new Set(['rolled back', 'failed', 'blocked']);

/** What a look may find changed: in other states there is something to do first. */
const looked: ReadonlySet<Seen['state']> = new Set([
  'unchanged',
  'applied',
  'drifted',
  'not served',
  'manual',
]);

/**
 * Keeps what the web server serves true to the fleet, or, where the operator does that, looks whether it is. Looks from
 * time to time, too: then it tells, tries again what did not work, and writes over nothing.
 */
export class ProxyKeeper implements AsyncDisposable {
  readonly #tools: ProxyTools;
  readonly #clock: () => number;
  readonly #log: Logger;
  readonly #applier: ProxyApplier;
  #fleet: FleetSpec | null = null;
  #seen: Seen = nothingSeen;
  #seenAtMs = 0;
  readonly #looking: NodeJS.Timeout;
  #isBusy = false;
  /** How many looks what did not work waits for: from one try to the next, and from now. */
  #looksBetween = 1;
  #looksLeft = 1;

  constructor(tools: ProxyTools, clock: () => number, log: Logger, lookMs = usualLookMs) {
    this.#tools = tools;
    this.#clock = clock;
    this.#log = log;
    this.#applier = new ProxyApplier(
      signal => this.#keep(signal),
      error => this.#note({ ...nothingSeen, state: 'failed', error: (error as Error).message }),
    );
    this.#looking = setInterval(() => void this.#look(), lookMs);
  }

  /** Makes this fleet the one that the web server shall publish. Returns at once. */
  want(fleet: FleetSpec): void {
    this.#fleet = fleet;
    this.#looksBetween = this.#looksLeft = 1;
    if (fleet.proxy.baseDomain !== '') this.#applier.request();
  }

  /** Tries again what did not work and sees what somebody else did. Resolves when it is known how it stands. */
  async retry(): Promise<void> {
    if (this.#fleet) this.want(this.#fleet);
    await this.#applier.settled();
  }

  /** Null where no web server is configured. */
  get status(): ProxyStatus | null {
    if (!this.#fleet || this.#fleet.proxy.baseDomain === '') return null;
    return { ...this.#seen, ageMs: this.#clock() - this.#seenAtMs };
  }

  /** Wherever what is under way ends, the next start finds out and goes on from there. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#looking);
    await this.#applier[Symbol.asyncDispose]();
  }

  async #keep(signal: AbortSignal): Promise<void> {
    const fleet = this.#fleet;
    if (!fleet || fleet.proxy.baseDomain === '') return;
    this.#isBusy = true;
    try {
      const { text, issues } = await readProxyText(fleet, this.#tools);
      if (text === null) this.#note({ ...nothingSeen, state: 'blocked', issues });
      else if (fleet.proxy.apply === 'auto') this.#note({ ...(await apply(text, signal)), issues });
      else this.#note({ ...(await compare(text)), issues });
    } finally {
      this.#isBusy = false;
    }
  }

  /** Finds what others did since. A drift that was taken back lets what waited for it go on. */
  async #look(): Promise<void> {
    const fleet = this.#fleet;
    const before = this.#seen;
    if (!fleet || fleet.proxy.baseDomain === '' || this.#isBusy) return;
    if (triedAgain.has(before.state)) this.#tryAgain();
    if (!looked.has(before.state)) return;
    const { outputDir, probeUrl, baseDomain } = fleet.proxy;
    try {
      const drift = (await readCurrent(outputDir))?.drift ?? [];
      const served = await servedHash(probeUrl, probeHost(baseDomain));
      // Something was applied meanwhile, and knows better.
      if (this.#isBusy || this.#seen !== before) return;
      if (drift.length > 0) {
        this.#note({ ...before, state: 'drifted', served, error: describeDrift(drift).join(', ') });
      } else if (before.state === 'drifted') {
        this.#applier.request();
      } else if (before.state !== 'manual') {
        const isServed = served === before.hash;
        const error = isServed
          ? ''
          : `${probeUrl} ${served === null ? 'does not answer' : 'serves another text'}`;
        const state = isServed ? (before.state === 'not served' ? 'unchanged' : before.state) : 'not served';
        this.#note({ ...before, state, served, error });
      } else {
        this.#note({ ...before, served });
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'the web server’s files cannot be looked at');
    }
  }

  /** Less often each time: a reload leaves an old worker behind for every open WebSocket. */
  #tryAgain(): void {
    if (--this.#looksLeft > 0) return;
    this.#looksBetween = Math.min(2 * this.#looksBetween, maxLooksBetween);
    this.#looksLeft = this.#looksBetween;
    this.#applier.request();
  }

  #note(seen: Seen): void {
    const before = this.#seen;
    this.#seen = seen;
    this.#seenAtMs = this.#clock();
    const { state, hash, error } = seen;
    if (state === before.state && hash === before.hash && error === before.error) return;
    const isWell = error === '' && state !== 'blocked' && state !== 'drifted';
    if (isWell) this.#log.info({ state, hash }, 'the web server’s configuration');
    else this.#log.error({ state, error }, 'the web server’s configuration is not as it should be');
  }
}

async function apply(text: ProxyText, signal: AbortSignal): Promise<Omit<Seen, 'issues'>> {
  const { state, hash, served, failure, drift } = await applyProxyLocked(text, { signal });
  const reason = failure ? `${failure.step} failed: ${failure.output}` : describeDrift(drift).join(', ');
  return { state, hash, served, error: state === 'applied' ? '' : reason };
}

async function compare(text: ProxyText): Promise<Omit<Seen, 'issues'>> {
  const { rendered, served, drift } = await inspectProxy(text);
  const state = drift.length > 0 ? 'drifted' : 'manual';
  return { state, hash: rendered.hash, served, error: describeDrift(drift).join(', ') };
}
