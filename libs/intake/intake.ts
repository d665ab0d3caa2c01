import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { TenantUid } from '../base/ids.ts';
import { Turns } from '../slow-work/turns.ts';
import type { MailFile } from '../store/mail-file.ts';
import { StateMailbox } from '../store/mailbox.ts';
import { openMailFile } from '../store/open-store.ts';
import type { Mailbox, MailboxOptions, Store } from '../store/store.ts';
import { Applier } from './applier.ts';
import { readAside, removeAside } from './aside.ts';
import { Box } from './box.ts';
import { copyMailbox, type EarlierCopy, type MailCopy } from './copy-mailbox.ts';
import { Estate } from './estate.ts';
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
import { LeftSegments } from './left-segments.ts';
import { OpenFiles } from './open-files.ts';
import { Reclaimer } from './reclaimer.ts';
import { Reserve } from './reserve.ts';
import { Spool } from './spool.ts';
import { sweepSpool } from './sweep-spool.ts';
import { TailRoom } from './tail-room.ts';

/** A mailbox that could not be let go of is tried again. */
const retryMs = 1000;

const damagedFault = 'a part of the journal is damaged, and there is no room to put it aside';

/** After so many looks after segments one is for tenants that are gone. */
const reclaimsPerLook = 20;

/** So many mailboxes that cannot be used are told one by one. */
const maxFailures = 10;

/** The store of a shard. */
export class Intake implements Store {
  readonly #options: IntakeOptions;
  readonly #limits: IntakeLimits;
  readonly #boxes = new Map<TenantUid, Box>();
  readonly #journal: Journal;
  readonly #room: TailRoom;
  readonly #files: OpenFiles;
  readonly #applier: Applier;
  readonly #reclaimer: Reclaimer;
  readonly #parts: IntakeParts;
  readonly #estate: Estate;
  readonly #left: LeftSegments;
  readonly #turns: Turns;
  #isEnding = false;

  constructor(options: IntakeOptions) {
    const { journalDir, shard, log, turns = new Turns() } = options;
    const limits = { ...defaultLimits, ...options.limits };
    this.#options = options;
    this.#limits = limits;
    this.#turns = turns;
    const { journalBytes: maxBytes, segmentBytes } = limits;
    this.#journal = new Journal({ dir: journalDir, shard, maxBytes, segmentBytes, log });
    this.#room = new TailRoom({ tenantBytes: limits.tenantTailBytes, allBytes: limits.tailBytes });
    this.#files = new OpenFiles({
      maxOpen: limits.openFiles,
      idleMs: limits.fileIdleMs,
      open: box => this.#open(box),
      onClosed: box => this.#closed(box),
      isHurried: () => this.#room.isShort,
      onFailure: (box, error) => this.#applier.fail(box, error),
    });
    const owe = (errand: () => Promise<void>) => reserve.owe(errand);
    const inheritance = new Inheritance(journalDir, log, owe);
    this.#left = new LeftSegments({
      journalDir,
      inheritance: new Inheritance(journalDir, log, owe),
      tenantDirs: options.tenantDirs ?? null,
      lookMs: limits.reclaimMs * reclaimsPerLook,
    });
    const reserve = new Reserve(join(journalDir, `reserve-${shard}`), limits.reserveBytes);
    this.#applier = new Applier({
      journal: this.#journal,
      files: this.#files,
      reserve,
      room: this.#room,
      worthBytes: limits.worthBytes,
      log,
    });
    this.#reclaimer = new Reclaimer({
      journal: this.#journal,
      files: this.#files,
      boxes: this.#boxes,
      reserve,
      left: this.#left,
      maxBytes: limits.journalBytes,
      everyMs: limits.reclaimMs,
      onFailure: (box, error) => this.#applier.fail(box, error),
      log,
    });
    this.#estate = new Estate({
      ...{ journalDir, shard, log },
      journal: this.#journal,
      files: this.#files,
      applier: this.#applier,
      inheritance,
      left: this.#left,
      boxes: this.#boxes,
      add: (uid, dir) => this.#add(uid, dir),
      drain: box => this.#drain(box),
      letGo: box => this.#letGo(box),
      forgetIdle: box => this.#forgetIdle(box),
      drop: box => this.#drop(box),
    });
    this.#parts = {
      journal: this.#journal,
      files: this.#files,
      applier: this.#applier,
      room: this.#room,
      spool: new Spool(),
      reserve,
      onKept: () => this.#reclaimer.wake(),
    };
  }

  async inherit(): Promise<void> {
    if (await this.#estate.inherit()) this.#reclaimer.wake();
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
    await this.#estate.settled;
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
    await this.#estate.settled;
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

  /** As {@link Estate.settle}. */
  settleInheritance(dirOf: TenantDirs): Promise<void> {
    return this.#estate.settle(dirOf);
  }

  /** As {@link Estate.replay}. */
  replay(dirOf: TenantDirs): Promise<void> {
    return this.#estate.replay(dirOf);
  }

  #add(uid: TenantUid, dir: string): Box {
    makeFolder(dir);
    const box = new Box(uid, dir);
    this.#boxes.set(uid, box);
    this.#estate.bequeath(box);
    return box;
  }

  async #drain(box: Box): Promise<void> {
    // The applier has told why it could not: then the mail waits in the tenant's own folder.
    await this.#applier.drain(box).catch(() => this.#reclaimer.putAside(box).catch(() => {}));
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
      tailBytes: this.#room.bytes,
      openDatabases: this.#files.count,
      failedMailboxes: this.#applier.failed.size,
      failures: [...this.#applier.failed].slice(0, maxFailures).map(({ uid, failure }) => ({
        uid,
        error: failure ? `${failure.code}: ${failure.message}` : '',
      })),
      fault: this.#journal.fault ?? (this.#parts.reserve.isOwed ? damagedFault : ''),
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
    this.#left[Symbol.dispose]();
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
