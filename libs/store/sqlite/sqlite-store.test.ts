import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { zstdDecompressSync } from 'node:zlib';
import type { TenantUid } from '../../base/ids.ts';
import type { Change } from '../change.ts';
import type { MailFile } from '../mail-file.ts';
import type { KeptRaw, MailState } from '../mail-state.ts';
import { type MailStatePort, StateMailbox } from '../mailbox.ts';
import { openMailFile } from '../open-store.ts';
import type { ByteSpan } from '../store.ts';
import { testStore } from '../store-suite.ts';
import { streamSpan } from '../stream-span.ts';

/** Applies each change at once, one file a tenant: the state alone, without what makes it safe. */
class FilePort implements MailStatePort {
  readonly #opening: Promise<MailFile>;
  readonly #onPruned: (ids: readonly string[]) => void;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(dir: string, onPruned: (ids: readonly string[]) => void) {
    this.#opening = openMailFile(dir);
    this.#onPruned = onPruned;
  }

  async keep(change: Change): Promise<void> {
    const pruned = await this.apply(change);
    if (pruned.length > 0) this.#onPruned(pruned);
  }

  apply(change: Change): Promise<readonly string[]> {
    return this.read(state => {
      const { journal, position } = state.last;
      const next = { journal, position: position + 1, change };
      let steps = 0;
      for (;;) {
        // Over and over: whatever takes more than one step is done in pieces.
        const [touched] = state.apply([next], () => ++steps % 7 === 0);
        if (touched) return touched;
      }
    });
  }

  read<Result>(look: (state: MailState) => Result | Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(async () => look((await this.#opening).state));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async decode(raw: KeptRaw): Promise<Buffer> {
    if (raw.encoding === 'file') throw new Error('no files here');
    return raw.encoding === 'zstd' ? zstdDecompressSync(raw.bytes) : raw.bytes;
  }

  async stream(raw: KeptRaw, span: ByteSpan): Promise<Readable> {
    return streamSpan(await this.decode(raw), span);
  }

  async close(): Promise<void> {
    await this.#turn;
    await (await this.#opening).close();
  }
}

testStore('the SQLite state', async () => {
  const root = mkdtempSync(join(tmpdir(), 'mpctl-sqlite-'));
  let now = 0;
  const ports = new Map<TenantUid, FilePort>();
  return {
    store: {
      mailbox({ uid, dir, retention, onPruned }) {
        const port = new FilePort(dir, onPruned ?? (() => {}));
        ports.set(uid, port);
        return new StateMailbox(port, () => now, retention);
      },
      async tend({ uid, dir, retention }) {
        const open = ports.get(uid);
        const port = open ?? new FilePort(dir, () => {});
        const mailbox = new StateMailbox(port, () => now, retention);
        await mailbox.prune();
        const oldestAtMs = await mailbox.oldestAtMs();
        if (!open) await port.close();
        return oldestAtMs;
      },
      async release(uid) {
        await ports.get(uid)?.close();
        ports.delete(uid);
      },
      async [Symbol.asyncDispose]() {},
    },
    setNow: nowMs => {
      now = nowMs;
    },
    dirOf: (uid: TenantUid) => {
      const dir = join(root, uid);
      mkdirSync(dir, { recursive: true });
      return dir;
    },
    async [Symbol.asyncDispose]() {
      for (const port of ports.values()) await port.close().catch(() => {});
      rmSync(root, { recursive: true });
    },
  };
});
