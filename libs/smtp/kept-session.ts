import type { SessionRecord, TranscriptLine } from '../mail/session-record.ts';

/** What a line and a session cost besides their text, while lines are objects. */
const lineBytes = 64;
const sessionBytes = 256;

/** A session's lines, which are packed into one text when it has ended: a fourth of the memory. */
export class KeptSession {
  /** As it is told; `lines` are here. */
  readonly record: Omit<SessionRecord, 'lines'>;
  /** Whether the client said something, dropped or not. */
  wasHeard = false;
  #lines: TranscriptLine[] | null = [];
  /** JSON: of each line the milliseconds since the session began, twice, and one more where the server spoke; its text. */
  #packed = '';
  #textLength = 0;

  constructor(record: Omit<SessionRecord, 'lines'>) {
    this.record = record;
  }

  /** About what it takes. */
  get bytes(): number {
    return sessionBytes + this.#packed.length + (this.#lines?.length ?? 0) * lineBytes + this.#textLength;
  }

  get isEmpty(): boolean {
    return this.#lines?.length === 0;
  }

  /** It has ended, and said something. */
  get isPacked(): boolean {
    return this.#lines === null;
  }

  read(): SessionRecord {
    return { ...this.record, lines: [...(this.#lines ?? this.#unpacked())] };
  }

  add(line: TranscriptLine): void {
    if (line.from === 'client') this.wasHeard = true;
    this.#unpack().push(line);
    this.#textLength += line.text.length;
  }

  /** Of a session that lasts the oldest line, of one that has ended the older half. */
  drop(): void {
    const { isPacked } = this;
    const lines = this.#unpack();
    for (const { text } of lines.splice(0, isPacked ? Math.ceil(lines.length / 2) : 1))
      this.#textLength -= text.length;
    this.record.complete = false;
    if (isPacked) this.pack();
  }

  pack(): void {
    if (this.#lines === null || this.#lines.length === 0) return;
    const { startedAtMs } = this.record;
    const parts = this.#lines.flatMap(({ atMs, from, text }) => [
      (atMs - startedAtMs) * 2 + (from === 'server' ? 1 : 0),
      text,
    ]);
    this.#packed = JSON.stringify(parts);
    this.#lines = null;
    this.#textLength = 0;
  }

  #unpack(): TranscriptLine[] {
    if (this.#lines) return this.#lines;
    this.#lines = this.#unpacked();
    this.#packed = '';
    this.#textLength = this.#lines.reduce((sum, { text }) => sum + text.length, 0);
    return this.#lines;
  }

  #unpacked(): TranscriptLine[] {
    const parts = JSON.parse(this.#packed) as (number | string)[];
    const lines: TranscriptLine[] = [];
    for (let i = 0; i < parts.length; i += 2) {
      const when = parts[i] as number;
      const from = when % 2 === 0 ? 'client' : 'server';
      const atMs = this.record.startedAtMs + Math.floor(when / 2);
      lines.push({ atMs, from, text: parts[i + 1] as string });
    }
    return lines;
  }
}
