/**
 * What was said last, for developers who ask "what did my app say?": commands and replies, never a secret nor mail data.
 * In memory only, bounded for each host and in all; the oldest lines go first.
 */
import type { Clock } from '../base/clock.ts';
import type { SessionRecord, TranscriptLine } from '../mail/session-record.ts';
import { KeptSession } from './kept-session.ts';

type HostRecords = { sessions: readonly KeptSession[]; bytes: number };

export type TranscriptLimits = { readonly maxHostBytes: number; readonly maxBytes: number };

/** A session that takes no more of its host's room goes as a whole. */
const shortShare = 1 / 8;

/** Records of all hosts. `Host` is whatever tells them apart. */
export class Transcripts<Host> {
  readonly #clock: Clock;
  readonly #limits: TranscriptLimits;
  /** The host whose last session began longest ago comes first. */
  readonly #hosts = new Map<Host, HostRecords>();
  #bytes = 0;
  #lastId = 0;

  constructor(clock: Clock, limits: TranscriptLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  begin(host: Host, remoteAddress: string, tls: boolean): KeptSession {
    const session = new KeptSession({
      id: ++this.#lastId,
      startedAtMs: this.#clock(),
      endedAtMs: null,
      remoteAddress,
      tls,
      complete: true,
    });
    const records = this.#hosts.get(host) ?? { sessions: [], bytes: 0 };
    this.#hosts.delete(host);
    this.#hosts.set(host, records);
    this.#keep(records, session);
    this.#shrink(records);
    return session;
  }

  add(host: Host, session: KeptSession, from: TranscriptLine['from'], text: string): void {
    const records = this.#hosts.get(host) ?? { sessions: [], bytes: 0 };
    this.#hosts.set(host, records);
    // It was dropped meanwhile, to make room for others.
    if (!records.sessions.includes(session)) this.#keep(records, session);
    this.#alter(records, session, () => session.add({ atMs: this.#clock(), from, text }));
    this.#shrink(records);
  }

  end(host: Host, session: KeptSession): void {
    session.record.endedAtMs = this.#clock();
    const records = this.#hosts.get(host);
    if (records?.sessions.includes(session)) this.#alter(records, session, () => session.pack());
  }

  of(host: Host): readonly SessionRecord[] {
    return this.#hosts.get(host)?.sessions.map(session => session.read()) ?? [];
  }

  /** Whether no client of the host said anything. */
  isSilent(host: Host): boolean {
    return this.#hosts.get(host)?.sessions.every(({ wasHeard }) => !wasHeard) ?? true;
  }

  forget(host: Host): void {
    this.#bytes -= this.#hosts.get(host)?.bytes ?? 0;
    this.#hosts.delete(host);
  }

  #keep(records: HostRecords, session: KeptSession): void {
    // Of exactly this length: pushed to, it would have room for 17, for each of thousands of hosts.
    records.sessions = records.sessions.concat(session);
    this.#count(records, session.bytes);
  }

  #alter(records: HostRecords, session: KeptSession, change: () => void): void {
    const before = session.bytes;
    change();
    this.#count(records, session.bytes - before);
  }

  #count(records: HostRecords, bytes: number): void {
    records.bytes += bytes;
    this.#bytes += bytes;
  }

  #shrink(records: HostRecords): void {
    while (records.bytes > this.#limits.maxHostBytes && records.sessions.length > 0)
      this.#dropOldest(records);
    if (this.#bytes <= this.#limits.maxBytes) return;
    for (const oldest of this.#hosts.keys()) {
      if (this.#bytes <= this.#limits.maxBytes) break;
      this.forget(oldest);
    }
  }

  /** Drops the oldest lines, or the oldest session when it has none left or is a short one of the past. */
  #dropOldest(records: HostRecords): void {
    const [session] = records.sessions;
    if (!session) return;
    const isShort = session.isPacked && session.bytes <= this.#limits.maxHostBytes * shortShare;
    if (!session.isEmpty && !isShort) this.#alter(records, session, () => session.drop());
    else {
      records.sessions = records.sessions.slice(1);
      session.record.complete = false;
      this.#count(records, -session.bytes);
    }
  }
}
