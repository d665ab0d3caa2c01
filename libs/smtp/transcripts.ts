/**
 * What was said last, for developers who ask "what did my app say?": commands and replies, never a secret nor mail data.
 * In memory only, bounded for each host and in all; the oldest lines go first.
 */
import type { Clock } from '../base/clock.ts';
import type { SessionRecord, TranscriptLine } from '../mail/session-record.ts';

type HostRecords = { readonly sessions: SessionRecord[]; bytes: number };

/** What a line and a session cost besides their text. */
const lineBytes = 64;
const sessionBytes = 256;

export type TranscriptLimits = { readonly maxHostBytes: number; readonly maxBytes: number };

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

  begin(host: Host, remoteAddress: string, tls: boolean): SessionRecord {
    const session: SessionRecord = {
      id: ++this.#lastId,
      startedAtMs: this.#clock(),
      endedAtMs: null,
      remoteAddress,
      tls,
      complete: true,
      lines: [],
    };
    const records = this.#hosts.get(host) ?? { sessions: [], bytes: 0 };
    this.#hosts.delete(host);
    this.#hosts.set(host, records);
    this.#keep(records, session);
    return session;
  }

  add(host: Host, session: SessionRecord, from: TranscriptLine['from'], text: string): void {
    const records = this.#hosts.get(host) ?? { sessions: [], bytes: 0 };
    this.#hosts.set(host, records);
    // It was dropped meanwhile, to make room for others.
    if (!records.sessions.includes(session)) this.#keep(records, session);
    session.lines.push({ atMs: this.#clock(), from, text });
    this.#grow(records, lineBytes + text.length);
  }

  end(session: SessionRecord): void {
    session.endedAtMs = this.#clock();
  }

  of(host: Host): readonly SessionRecord[] {
    return this.#hosts.get(host)?.sessions ?? [];
  }

  /** Whether no client of the host said anything. */
  isSilent(host: Host): boolean {
    return this.of(host).every(({ lines }) => lines.every(({ from }) => from === 'server'));
  }

  forget(host: Host): void {
    this.#bytes -= this.#hosts.get(host)?.bytes ?? 0;
    this.#hosts.delete(host);
  }

  #keep(records: HostRecords, session: SessionRecord): void {
    records.sessions.push(session);
    this.#grow(records, sessionBytes);
  }

  #grow(records: HostRecords, bytes: number): void {
    records.bytes += bytes;
    this.#bytes += bytes;
    while (records.bytes > this.#limits.maxHostBytes && records.sessions.length > 0)
      this.#dropOldest(records);
    for (const oldest of this.#hosts.keys()) {
      if (this.#bytes <= this.#limits.maxBytes) break;
      this.forget(oldest);
    }
  }

  /** Drops the oldest line, or the oldest session when it has none left. */
  #dropOldest(records: HostRecords): void {
    const [session] = records.sessions;
    const line = session?.lines.shift();
    if (session) session.complete = false;
    if (!line) records.sessions.shift();
    const freed = line ? lineBytes + line.text.length : sessionBytes;
    records.bytes -= freed;
    this.#bytes -= freed;
  }
}
