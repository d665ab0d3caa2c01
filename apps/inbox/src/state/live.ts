import type { Signal } from '@preact/signals';
import { signal } from '@preact/signals';
import { afterLoss, type Connection } from './connection.ts';

/** A message of the event stream, as it came; `Cursor` names the place in the tenant's order of changes. */
export type LiveEvent = { readonly Type: string; readonly Data: unknown; readonly Cursor?: string };

/** What the live connection needs of its surroundings; tests turn these by hand. */
export type LiveWorld = {
  readonly open: (url: string) => WebSocket;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly after: (ms: number, run: () => void) => () => void;
};

/**
 * The event stream: connects, says what it knows of the connection, and comes back for ever. The owner is told of every
 * event, and of every time that the connection was made (again), so that it fetches what was missed.
 */
export class Live {
  readonly connection: Signal<Connection> = signal({ state: 'connecting' });
  readonly #url: string;
  readonly #world: LiveWorld;
  readonly #onEvent: (event: LiveEvent) => void;
  readonly #onOpen: () => void;
  #socket: WebSocket | null = null;
  #cancelRetry: () => void = () => {};

  constructor(url: string, world: LiveWorld, onEvent: (event: LiveEvent) => void, onOpen: () => void) {
    this.#url = url;
    this.#world = world;
    this.#onEvent = onEvent;
    this.#onOpen = onOpen;
  }

  /** Connects now, whatever the wait: at the start, when the user asks, when the browser says that it is online. */
  connect(): void {
    if (this.#socket !== null) return;
    this.#cancelRetry();
    const was = this.connection.value;
    if (was.state === 'waiting') {
      this.connection.value = { state: 'retrying', tries: was.tries, sinceMs: was.sinceMs };
    }
    const socket = this.#world.open(this.#url);
    this.#socket = socket;
    socket.onopen = () => {
      this.connection.value = { state: 'live' };
      this.#onOpen();
    };
    socket.onmessage = message => this.#onEvent(JSON.parse(String(message.data)) as LiveEvent);
    socket.onclose = () => this.#lost(socket);
  }

  #lost(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    const nowMs = this.#world.nowMs();
    const next = afterLoss(this.connection.value, nowMs, this.#world.random());
    this.connection.value = next;
    if (next.state !== 'waiting') return;
    this.#cancelRetry = this.#world.after(next.retryAtMs - nowMs, () => this.connect());
  }
}
