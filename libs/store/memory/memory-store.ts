import type { Readable } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import type { TenantUid } from '../../base/ids.ts';
import type { Change } from '../change.ts';
import type { KeptRaw, MailState } from '../mail-state.ts';
import { type MailStatePort, StateMailbox } from '../mailbox.ts';
import type { ByteSpan, Mailbox, MailboxOptions, Store } from '../store.ts';
import { streamSpan } from '../stream-span.ts';
import { MemoryState } from './memory-state.ts';

/** Mailboxes that live as long as the process: a mailbox that is closed and asked for again has its mail. */
export class MemoryStore implements Store {
  readonly #states = new Map<TenantUid, MemoryState>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  mailbox({ uid, retention, onPruned }: MailboxOptions): Mailbox {
    const state = this.#states.get(uid) ?? new MemoryState();
    this.#states.set(uid, state);
    return new StateMailbox(new MemoryPort(state, onPruned ?? (() => {})), this.#clock, retention);
  }

  async tend(options: MailboxOptions): Promise<number | null> {
    const mailbox = this.mailbox(options);
    await mailbox.prune();
    return mailbox.oldestAtMs();
  }

  async release(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.#states.clear();
  }
}

class MemoryPort implements MailStatePort {
  readonly #state: MemoryState;
  readonly #onPruned: (ids: readonly string[]) => void;

  constructor(state: MemoryState, onPruned: (ids: readonly string[]) => void) {
    this.#state = state;
    this.#onPruned = onPruned;
  }

  async keep(change: Change): Promise<void> {
    const pruned = await this.apply(change);
    if (pruned.length > 0) this.#onPruned(pruned);
  }

  async apply(change: Change): Promise<readonly string[]> {
    const { journal, position } = this.#state.last;
    return this.#state.apply([{ journal, position: position + 1, change }], () => true)[0] ?? [];
  }

  async read<Result>(look: (state: MailState) => Result | Promise<Result>): Promise<Result> {
    return look(this.#state);
  }

  async decode(raw: KeptRaw): Promise<Buffer> {
    if (raw.encoding !== 'plain') throw new Error(`not kept in memory: ${raw.encoding}`);
    return raw.bytes;
  }

  async stream(raw: KeptRaw, span: ByteSpan): Promise<Readable> {
    return streamSpan(await this.decode(raw), span);
  }
}
