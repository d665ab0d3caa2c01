import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { TenantUid } from '../base/ids.ts';
import { Turns } from '../slow-work/turns.ts';
import type { MailFile } from '../store/mail-file.ts';
import { StateMailbox } from '../store/mailbox.ts';
import { openMailFile } from '../store/open-store.ts';
import type { Mailbox, MailboxOptions, Store } from '../store/store.ts';
import { Applier } from './applier.ts';
import { readAside, removeAside, writeAside } from './aside.ts';
import { Box } from './box.ts';
import { copyMailbox, type EarlierCopy, type MailCopy } from './copy-mailbox.ts';
import { Inheritance, Inherited } from './inheritance.ts';
import {
  defaultLimits,
  type IntakeLimits,
  type IntakeOptions,
  type IntakeStatus,
  type TenantDirs,
} from './intake-options.ts';
import { type IntakeParts, IntakePort } from './intake-port.ts';
import { Journal } from './journal.ts';
import { OpenFiles } from './open-files.ts';
import { Reclaimer } from './reclaimer.ts';
import { Reserve } from './reserve.ts';
import { listSegments, RecordReader } from './segment.ts';
import { Spool } from './spool.ts';
import { sweepSpool } from './sweep-spool.ts';

/** A mailbox that could not be let go of is tried again. */
const retryMs = 1000;

/** So many mailboxes that cannot be used are told one by one. */
const maxFailures = 10;

/** The store of a shard. */
export class Intake implements Store {
  readonly #options: IntakeOptions;
  readonly #limits: IntakeLimits;
  readonly #boxes = new Map<TenantUid, Box>();
  readonly #journal: Journal;
  readonly #files: OpenFiles;
  readonly #applier: Applier;
  readonly #reclaimer: Reclaimer;
  readonly #parts: IntakeParts;
  readonly #inheritance: Inheritance;
  readonly #turns: Turns;
  /** What a start could not take in, of all tenants: a shard that hosts one has it among its own. */
  readonly #left: Inheritance;
  readonly #leftReader = new RecordReader();
  #isEnding = false;
  #settling: Promise<void> = Promise.resolve();

  constructor(options: IntakeOptions) {
    const { journalDir, shard, log, turns = new Turns() } = options;
    const limits = { ...defaultLimits, ...options.limits };
    this.#options = options;
    this.#limits = limits;
    this.#turns = turns;
    const { journalBytes: maxBytes, segmentBytes } = limits;
    this.#journal = new Journal({ dir: journalDir, shard, maxBytes, segmentBytes, log });
    this.#files = new OpenFiles({
      maxOpen: limits.openFiles,
      idleMs: limits.fileIdleMs,
      open: box => this.#open(box),
      onClosed: box => this.#closed(box),
      isHurried: () => this.#applier.isHurried,
      onFailure: (box, error) => this.#applier.fail(box, error),
    });
    const reserve = new Reserve(join(journalDir, `reserve-${shard}`), limits.reserveBytes);
    this.#applier = new Applier(
      this.#journal,
      this.#files,
      reserve,
      { tenantBytes: limits.tenantTailBytes, allBytes: limits.tailBytes, worthBytes: limits.worthBytes },
      log,
    );
    this.#reclaimer = new Reclaimer({
      journal: this.#journal,
      files: this.#files,
      boxes: this.#boxes,
      reserve,
      maxBytes: limits.journalBytes,
      everyMs: limits.reclaimMs,
      onFailure: (box, error) => this.#applier.fail(box, error),
      log,
    });
    this.#inheritance = new Inheritance(journalDir, log);
    this.#left = new Inheritance(journalDir, log);
    this.#parts = {
      journal: this.#journal,
      files: this.#files,
      applier: this.#applier,
      spool: new Spool(),
      reserve,
      onKept: () => this.#reclaimer.wake(),
    };
  }

  async inherit(): Promise<void> {
    const { journalDir, shard } = this.#options;
    const all = await listSegments(journalDir);
    const names = all.filter(name => name.shard === shard && name.kind !== 'left');
    for (const name of names) await this.#inheritance.take(name, null);
    for (const name of all) if (name.kind === 'left') await this.#left.take(name, this.#leftReader);
    this.#journal.inherit(this.#inheritance.segments);
    if (names.length > 0) this.#reclaimer.wake();
  }

  mailbox({ uid, dir, retention, onPruned }: MailboxOptions): Mailbox {
    const box = this.#boxes.get(uid) ?? this.#add(uid, dir);
    assert(box.closeHandle === null, `the mailbox ${uid} has a handle already`);
    const port = new IntakePort(box, this.#parts);
    box.closeHandle = () => port.close();
    if (onPruned) box.onPruned = onPruned;
    // It may come from another shard: what is written for it must be later than all that was.
    this.#journal.lead();
    return new StateMailbox(port, this.#options.clock, retention);
  }

  tend({ uid, dir, retention }: MailboxOptions): Promise<number | null> {
    return this.#visit(uid, dir, async box => {
      const mailbox = new StateMailbox(new IntakePort(box, this.#parts), this.#options.clock, retention);
      await mailbox.prune();
      return mailbox.oldestAtMs();
    });
  }

  /**
   * Copies a mailbox with all that was kept before the call into a folder, which is made; what comes meanwhile is taken as
   * ever. Where nothing has changed since an earlier copy, links to that one are made.
   * @throws MpctlError STORE_… as the mailbox does; COPY_FAILED
   */
  copy(
    { uid, dir }: Pick<MailboxOptions, 'uid' | 'dir'>,
    to: string,
    earlier: EarlierCopy | null,
  ): Promise<MailCopy> {
    const nowMs = this.#options.clock;
    return this.#visit(uid, dir, box => copyMailbox(box, to, earlier, this.#applier, this.#files, nowMs));
  }

  /**
   * Resolves when all that was kept of a mailbox before the call is in its database.
   * @throws MpctlError STORE_…
   */
  settled({ uid, dir }: Pick<MailboxOptions, 'uid' | 'dir'>): Promise<void> {
    return this.#visit(uid, dir, async box => {
      // What was put aside for it joins its tail when the file is opened.
      if (this.#files.hasAside(box)) await this.#files.open(box);
      await this.#applier.drain(box);
    });
  }

  /** Works on a mailbox for which there may be no handle. */
  async #visit<Result>(uid: TenantUid, dir: string, work: (box: Box) => Promise<Result>): Promise<Result> {
    // Until then it is not known what there is of it.
    await this.#settling;
    const box = this.#boxes.get(uid) ?? this.#add(uid, dir);
    try {
      return await work(box);
    } finally {
      if (!box.closeHandle && !box.failure) await this.#rest(box);
    }
  }

  /** Closes a box's file and forgets the box, unless somebody uses them. */
  async #rest(box: Box): Promise<void> {
    await this.#files.rest(box);
    this.#forgetIdle(box);
  }

  #forgetIdle(box: Box): void {
    const isIdle = box.file === null && box.turning === null && box.tail.length === 0 && !box.isUnsynced;
    const isIts = this.#boxes.get(box.uid) === box;
    if (isIts && isIdle && !box.closeHandle && !box.failure) this.#boxes.delete(box.uid);
  }

  async release(uid: TenantUid): Promise<void> {
    // Until then it is not known what there is of it.
    await this.#settling;
    await this.#release(uid);
  }

  async #release(uid: TenantUid): Promise<void> {
    const box = this.#boxes.get(uid);
    if (!box) return;
    const { closeHandle } = box;
    await closeHandle?.();
    while (!(await this.#letGo(box))) {
      if (this.#isEnding) return;
      await setTimeout(retryMs);
    }
    // Somebody may have asked for a handle meanwhile, where there was none.
    if (box.closeHandle === closeHandle) this.#drop(box);
  }

  #drop(box: Box): void {
    this.#boxes.delete(box.uid);
    this.#applier.forget(box);
  }

  async #letGo(box: Box): Promise<boolean> {
    try {
      await this.#applier.drain(box);
      await this.#files.close(box);
      return true;
    } catch {
      // The applier has told why. Whoever opens the mailbox next tries again.
    }
    while (box.held) await box.held;
    try {
      await this.#reclaimer.leave(box);
    } catch (error) {
      const { message } = error as Error;
      if (!box.isStuck)
        this.#options.log.warn(
          { uid: box.uid, error: message },
          'mail waits in the journal: its mailbox is not let go of',
        );
      box.isStuck = true;
      return false;
    }
    this.#files.abandon(box);
    return true;
  }

  /**
   * Finishes what an earlier process of this shard left for the tenants for whom `dirOf` knows a folder. Of all others it
   * had let go, so that what it left of them is safe; another shard may have them open.
   */
  settleInheritance(dirOf: TenantDirs): Promise<void> {
    this.#settling = this.#settleAll(dirOf);
    return this.#settling;
  }

  async #settleAll(dirOf: TenantDirs): Promise<void> {
    const tenants = [...this.#inheritance.tails.keys()];
    const isHere = (uid: TenantUid) => this.#boxes.has(uid) || dirOf(uid) !== null;
    for (const uid of tenants) if (!isHere(uid)) this.#inheritance.forget(uid);
    await this.#settle(tenants.filter(isHere), dirOf);
    for (const uid of tenants) {
      const box = this.#boxes.get(uid);
      // Of one that cannot be let go of, the mail is taken in when that is possible.
      if (box && !box.closeHandle && (await this.#letGo(box)) && !box.closeHandle) this.#drop(box);
    }
    for (const uid of this.#left.tails.keys()) {
      const dir = this.#boxes.has(uid) ? null : dirOf(uid);
      if (dir !== null) this.#add(uid, dir);
    }
    await this.#syncInheritance(dirOf);
  }

  /** Takes in what is in the journals of all shards, a tenant at a time: its file is opened once. */
  async replay(dirOf: TenantDirs): Promise<void> {
    using reader = new RecordReader();
    for (const name of await listSegments(this.#options.journalDir))
      await this.#inheritance.take(name, reader);
    await this.#settle([...this.#inheritance.tails.keys()], dirOf);
    this.#journal.inherit(this.#inheritance.segments);
    await this.#syncInheritance(dirOf);
  }

  async #settle(tenants: readonly TenantUid[], dirOf: TenantDirs): Promise<void> {
    await Promise.all(
      tenants.map(async uid => {
        const box = this.#boxes.get(uid);
        const dir = box?.dir ?? dirOf(uid);
        if (dir === null) await this.#keepStray(uid);
        else await this.#drain(box ? this.#bequeath(box) : this.#add(uid, dir));
      }),
    );
  }

  async #drain(box: Box): Promise<void> {
    // The applier has told why it could not: then the mail waits in the tenant's own folder.
    await this.#applier.drain(box).catch(() => this.#reclaimer.putAside(box).catch(() => {}));
  }

  /** Of a tenant that was purged, or that nobody knows for another reason: only a person can tell, so it is kept. */
  async #keepStray(uid: TenantUid): Promise<void> {
    const { journalDir, log } = this.#options;
    const tail = this.#inheritance.tails.get(uid) ?? [];
    const dir = join(journalDir, 'stray', uid);
    try {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      await writeAside(uid, dir, tail);
    } catch (error) {
      // No room, most likely: it stays in the journal, and the others need not wait for the next start.
      log.warn(
        { uid, error: (error as Error).message },
        'changes of a tenant that is not known wait in the journal',
      );
      return;
    }
    for (const { segment } of tail) if (segment) segment.unapplied -= 1;
    this.#inheritance.tails.delete(uid);
    const message =
      'kept changes of a tenant that is not known: moved into the folder of one, they come back with it';
    log.error({ uid, changes: tail.length, dir }, message);
  }

  async #syncInheritance(dirOf: TenantDirs): Promise<void> {
    await this.#inheritance.readDone(uid => {
      const box = this.#boxes.get(uid);
      if (box) box.isUnsynced = true;
    });
    for (const uid of this.#inheritance.unsynced) {
      const dir = this.#boxes.has(uid) ? null : dirOf(uid);
      if (dir === null) continue;
      const box = this.#add(uid, dir);
      await this.#files.sync(box);
      this.#forgetIdle(box);
    }
    this.#inheritance.doneIsSafe();
  }

  #add(uid: TenantUid, dir: string): Box {
    makeFolder(dir);
    const box = new Box(uid, dir);
    this.#boxes.set(uid, box);
    box.isUnsynced = this.#inheritance.unsynced.has(uid);
    return this.#bequeath(box);
  }

  /** Gives a box what an earlier process left for it. */
  #bequeath(box: Box): Box {
    // It stays there: the tenant may go to another shard and come back.
    const left = this.#left.tails.get(box.uid) ?? [];
    this.#applier.merge(box, [...left, ...(this.#inheritance.tails.get(box.uid) ?? [])]);
    this.#inheritance.tails.delete(box.uid);
    return box;
  }

  /** A file is opened together with what was put aside for it. */
  async #open(box: Box): Promise<MailFile> {
    const aside = await readAside(box.dir);
    box.hasAside = aside.length > 0;
    const file = await openMailFile(box.dir, {
      isSuspect: box.isSuspect || box.hasAside,
      nextTurn: () => this.#turns.next(box.uid),
    });
    const position = Math.max(file.state.last.position, aside.at(-1)?.position ?? 0);
    this.#journal.overtake(position);
    const keptAtMs = performance.now();
    this.#applier.merge(
      box,
      aside.map(({ journal, record }) => new Inherited(journal, record, null, keptAtMs, () => record)),
    );
    // Of one without a handle, others may know more.
    if (!box.isSwept && box.closeHandle) await this.#sweep(box, file);
    return file;
  }

  async #sweep(box: Box, { state }: MailFile): Promise<void> {
    box.isSwept = true;
    await sweepSpool(box, state).catch(error => {
      this.#options.log.warn({ uid: box.uid, err: error }, 'files of large mail could not be tidied');
    });
  }

  async #closed(box: Box): Promise<void> {
    if (!box.hasAside || box.tail.length > 0) return;
    await removeAside(box.dir);
    box.hasAside = false;
  }

  get status(): IntakeStatus {
    return {
      journalBytes: this.#journal.bytes,
      tailBytes: this.#applier.bytes,
      openDatabases: this.#files.count,
      failedMailboxes: this.#applier.failed.size,
      failures: [...this.#applier.failed].slice(0, maxFailures).map(({ uid, failure }) => ({
        uid,
        error: failure ? `${failure.code}: ${failure.message}` : '',
      })),
      fault: this.#journal.fault ?? '',
    };
  }

  /** What cannot be let go of is not waited for any more: it is in the journal, for the next process. */
  end(): void {
    this.#isEnding = true;
  }

  /** Applies and closes what can be within this time. What is left is in the journal, for the next process. */
  async stop(withinMs: number): Promise<void> {
    this.end();
    const reclaimed = this.#reclaimer.stop();
    const boxes = [...this.#boxes.values()];
    // What comes later is refused; what was begun is acknowledged or not before it is looked at what is left.
    await Promise.all(boxes.map(box => box.closeHandle?.()));
    const done = new AbortController();
    await Promise.race([
      Promise.all(boxes.map(box => this.#drain(box))),
      setTimeout(withinMs, null, { signal: done.signal }).catch(() => {}),
    ]);
    done.abort();
    await this.#applier.stop();
    await reclaimed;
    const isSafe = await this.#files.closeAll(boxes);
    await this.#journal.close(isSafe);
    this.#leftReader[Symbol.dispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop(this.#limits.stopMs);
  }
}

/** A new tenant's folder is made when the rush of its start is over: mail may be sooner. Whoever writes into one that could not be made says so. */
function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch {}
}
