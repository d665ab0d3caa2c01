/** The sessions that an engine has open, by the host that they are with. Keeps nothing for a host without sessions. */

export interface Leavable {
  /** Ends as soon as nothing is in progress, having said why. */
  leave(): void;
  /** Ends now. */
  destroy(): void;
}

type OfHost<Session> = { readonly live: Set<Session>; readonly whenNone: (() => void)[] };

export class LiveSessions<Host, Session extends Leavable> {
  readonly #hosts = new Map<Host, OfHost<Session>>();

  of(host: Host): ReadonlySet<Session> {
    return this.#hosts.get(host)?.live ?? new Set();
  }

  add(host: Host, session: Session): void {
    const known = this.#hosts.get(host) ?? { live: new Set(), whenNone: [] };
    known.live.add(session);
    this.#hosts.set(host, known);
  }

  remove(host: Host, session: Session): void {
    const known = this.#hosts.get(host);
    known?.live.delete(session);
    if (!known || known.live.size > 0) return;
    this.#hosts.delete(host);
    for (const done of known.whenNone) done();
  }

  /** Lets the sessions of a host leave, for at most `drainMs`. Resolves when none is left. */
  async end(host: Host, drainMs: number): Promise<void> {
    const known = this.#hosts.get(host);
    if (!known) return;
    const none = new Promise<void>(resolve => known.whenNone.push(resolve));
    for (const session of known.live) session.leave();
    const deadline = setTimeout(() => {
      for (const session of known.live) session.destroy();
    }, drainMs);
    await none;
    clearTimeout(deadline);
  }
}
