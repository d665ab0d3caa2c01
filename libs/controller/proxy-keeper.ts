import type { Logger } from '../base/log.ts';
import { inspectProxy, type ProxyText } from '../proxy-apply/inspect-proxy.ts';
import { ProxyApplier } from '../proxy-apply/proxy-applier.ts';
import { type ProxyTools, readProxyText } from '../proxy-apply/read-proxy-text.ts';
import type { FleetSpec } from '../spec/tenant-spec.ts';
import type { ProxyStatus } from '../wire/proxy-status.ts';
import { applyProxyLocked } from './apply-proxy-locked.ts';

type Seen = Omit<ProxyStatus, 'ageMs'>;

const nothingSeen: Seen = { state: 'waiting', hash: '', served: null, error: '', issues: [] };

/** Keeps what the web server serves true to the fleet, or, where the operator does that, looks whether it is. */
export class ProxyKeeper implements AsyncDisposable {
  readonly #tools: ProxyTools;
  readonly #clock: () => number;
  readonly #log: Logger;
  readonly #applier: ProxyApplier;
  #fleet: FleetSpec | null = null;
  #seen: Seen = nothingSeen;
  #seenAtMs = 0;

  constructor(tools: ProxyTools, clock: () => number, log: Logger) {
    this.#tools = tools;
    this.#clock = clock;
    this.#log = log;
    this.#applier = new ProxyApplier(
      () => this.#keep(),
      error => this.#note({ ...nothingSeen, state: 'failed', error: (error as Error).message }),
    );
  }

  /** Makes this fleet the one that the web server shall publish. Returns at once. */
  want(fleet: FleetSpec): void {
    this.#fleet = fleet;
    if (fleet.proxy.baseDomain !== '') this.#applier.request();
  }

  /** Null where no web server is configured. */
  get status(): ProxyStatus | null {
    if (!this.#fleet || this.#fleet.proxy.baseDomain === '') return null;
    return { ...this.#seen, ageMs: this.#clock() - this.#seenAtMs };
  }

  /** Does not wait for what is under way: wherever it ends, the next start finds out and goes on from there. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#applier.stop();
  }

  async #keep(): Promise<void> {
    const fleet = this.#fleet;
    if (!fleet || fleet.proxy.baseDomain === '') return;
    const { text, issues } = await readProxyText(fleet, this.#tools);
    if (text === null) this.#note({ ...nothingSeen, state: 'blocked', issues });
    else this.#note({ ...(await (fleet.proxy.apply === 'auto' ? apply(text) : look(text))), issues });
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

async function apply(text: ProxyText): Promise<Omit<Seen, 'issues'>> {
  const { state, hash, served, failure } = await applyProxyLocked(text);
  return { state, hash, served, error: failure ? `${failure.step} failed: ${failure.output}` : '' };
}

async function look(text: ProxyText): Promise<Omit<Seen, 'issues'>> {
  const { rendered, served } = await inspectProxy(text);
  return { state: 'manual', hash: rendered.hash, served, error: '' };
}
