import type { ServerResponse } from 'node:http';
import { type DoLongWork, OverLimit } from './inbox-request.ts';
import type { InboxTenant } from './inbox-tenant.ts';

type Line = { busy: number; readonly waiting: Set<() => void> };

/** Of a tenant at the same time: what has been found and not yet been sent is in memory. */
const maxBusy = 4;

/**
 * Long work that a tenant's clients ask for, such as a search: a few at a time, the others wait in order, and whoever goes
 * away meanwhile leaves nothing behind.
 */
export class LongWork {
  readonly #lines = new WeakMap<InboxTenant, Line>();
  readonly #maxWaiting: number;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  workerFor(tenant: InboxTenant, response: ServerResponse): DoLongWork {
    return async work => {
      const line = this.#lineOf(tenant);
      if (line.busy < maxBusy) line.busy += 1;
      else await this.#place(line, response);
      try {
        return await work();
      } finally {
        // Who is next takes the place over.
        const [next] = line.waiting;
        if (next) next();
        else line.busy -= 1;
      }
    };
  }

  #lineOf(tenant: InboxTenant): Line {
    const line = this.#lines.get(tenant) ?? { busy: 0, waiting: new Set() };
    this.#lines.set(tenant, line);
    return line;
  }

  #place({ waiting }: Line, response: ServerResponse): Promise<void> {
    if (waiting.size >= this.#maxWaiting) throw tooMuch();
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiting.delete(go);
        reject(tooMuch());
      };
      const go = () => {
        waiting.delete(go);
        response.off('close', leave);
        resolve();
      };
      waiting.add(go);
      response.once('close', leave);
    });
  }
}

const tooMuch = () => new OverLimit('too much is being asked for at once: try again', 503);
