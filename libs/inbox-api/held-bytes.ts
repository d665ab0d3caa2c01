import type { ServerResponse } from 'node:http';
import { Budget } from '../base/budget.ts';
import { OverLimit } from './inbox-request.ts';
import type { InboxTenant } from './inbox-tenant.ts';

/** Smaller bodies and answers are not counted: the system's own buffers hold as much. */
const countedFromBytes = 64 * 1024;

/** Takes memory for one request. Throws {@link OverLimit} when there is none now. */
export type Hold = (bytes: number) => void;

/**
 * Memory that bodies and answers take while their clients are slow: bounded for each tenant, and for all, so that who sends
 * or reads a byte at a time takes from nobody else.
 */
export class HeldBytes {
  readonly #all: Budget;
  readonly #tenantBytes: number;
  readonly #budgets = new WeakMap<InboxTenant, Budget>();

  constructor(maxBytes: number) {
    this.#all = new Budget(maxBytes);
    this.#tenantBytes = maxBytes / 2;
  }

  /** The most that one request can take. */
  get mostBytes(): number {
    return this.#tenantBytes;
  }

  /** What is taken is given back when the answer has gone out, or nobody wants it any more. */
  holdFor(tenant: InboxTenant, response: ServerResponse): Hold {
    let held = 0;
    return bytes => {
      if (bytes < countedFromBytes || response.destroyed) return;
      const budget = this.#budgetOf(tenant);
      if (!budget.take(bytes)) throw busy();
      if (held === 0) response.once('close', () => budget.give(held));
      held += bytes;
    };
  }

  #budgetOf(tenant: InboxTenant): Budget {
    const budget = this.#budgets.get(tenant) ?? new Budget(this.#tenantBytes, this.#all);
    this.#budgets.set(tenant, budget);
    return budget;
  }
}

const busy = () => new OverLimit('too much is being sent and read at once: try again', 503);
