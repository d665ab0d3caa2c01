/** The sessions that an engine has open, by the host that they are with. Keeps nothing for a host without sessions. */
import type { Socket } from 'node:net';

export interface Leavable {
  /** As it was accepted. */
  readonly socket: Socket;
  /** Ends as soon as nothing is in progress, having said why. */
  leave(): void;
  /** Ends now. */
  destroy(): void;
}

/** Somebody waits until none of these is left. */
type Farewell = { readonly leaving: Set<Leavable>; readonly done: () => void };

type OfHost<Session> = { readonly live: Set<Session>; readonly farewells: Set<Farewell> };

export class LiveSessions<Host, Session extends Leavable> {
  readonly #hosts = new Map<Host, OfHost<Session>>();

  of(host: Host): ReadonlySet<Session> {
    return this.#hosts.get(host)?.live ?? new Set();
  }

  add(host: Host, session: Session): void {
    const known = this.#hosts.get(host) ?? { live: new Set(), farewells: new Set() };
    known.live.add(session);
    this.#hosts.set(host, known);
  }

  remove(host: Host, session: Session): void {
    const known = this.#hosts.get(host);
    known?.live.delete(session);
    if (!known) return;
    if (known.live.size === 0) this.#hosts.delete(host);
    for (const farewell of known.farewells) {
      if (farewell.leaving.delete(session) && farewell.leaving.size === 0) farewell.done();
    }
  }

  /**
   * Lets sessions of a host leave, for at most `drainMs`: all, or those that came by some of its sockets. Resolves when
   * none of them is left.
   */
  async end(host: Host, drainMs: number, isMeant: (socket: Socket) => boolean = () => true): Promise<void> {
    const known = this.#hosts.get(host);
    const leaving = new Set<Leavable>([...(known?.live ?? [])].filter(({ socket }) => isMeant(socket)));
    if (!known || leaving.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const farewell = { leaving, done: resolve };
    known.farewells.add(farewell);
    for (const session of [...leaving]) session.leave();
    const deadline = setTimeout(() => {
      for (const session of [...leaving]) session.destroy();
    }, drainMs);
    await promise;
    clearTimeout(deadline);
    known.farewells.delete(farewell);
  }
}
