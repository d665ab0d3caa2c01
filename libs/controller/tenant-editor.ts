import { setTimeout as sleep } from 'node:timers/promises';
import { MpctlError } from '../base/error.ts';
import type { TenantId } from '../base/ids.ts';
import { Refusal } from '../base/refusal.ts';
import { diffLines } from '../reconcile/diff-lines.ts';
import { ownDescriptors } from '../reconcile/shard-count.ts';
import type { TenantChange } from '../spec/edit-files.ts';
import { publishedAccess } from '../spec/published-page.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import type { DryRunReply } from '../wire/control-http.ts';
import { changeFiles, type EditableFiles, editAll, foresee } from './change-files.ts';
import { descriptorLimit } from './descriptor-limit.ts';
import type { Fleet } from './fleet.ts';
import type { GoodReading } from './good-reading.ts';
import type { TenantAdder } from './kept-limits.ts';
import type { Reconciler } from './reconciler.ts';

/** Whoever changes a tenant waits so long for its listeners: its shard may be about to be started again. */
const patienceMs = 10_000;

/**
 * A change looks at the whole file and the whole fleet, however small it is. Who comes while another one is under way waits
 * so long for more to come; who comes alone, or always after the other's answer, never does.
 */
const gatherMs = 100;

/** What a new tenant listens on if nothing else is written. */
const usualSockets = 2;

type Pending = PromiseWithResolvers<void> & { readonly change: TenantChange };

/** Changes tenants in the files. What comes while one change waits for the files is written together with it. */
export class TenantEditor implements TenantAdder {
  readonly #reconciler: Reconciler;
  readonly #fleet: Fleet;
  readonly #files: EditableFiles;
  #pending: Pending[] = [];
  /** Changes that are not answered yet. */
  #underWay = 0;

  constructor(reconciler: Reconciler, fleet: Fleet) {
    this.#reconciler = reconciler;
    this.#fleet = fleet;
    const { config } = reconciler;
    this.#files = {
      path: config.path,
      read: () => this.#readEditable(),
      readWith: (texts, before) => config.readWith(texts, before),
    };
  }

  /** Resolves when the tenant answers as it is wanted now, or is known not to; when it is gone, if it was removed. */
  async change(change: TenantChange): Promise<void> {
    if (change.verb === 'add') this.#checkRoom();
    this.#underWay++;
    try {
      await this.#write(change);
      await this.#reconciler.run();
      const id = (change.verb === 'rename' ? change.to : change.name) as TenantId;
      const isDone = () =>
        change.verb === 'remove' ? !this.#fleet.tenants.has(id) : this.#fleet.hasSettled(id);
      await this.#fleet.until(() => isDone() || this.#reconciler.isEnding, patienceMs);
      if (this.#reconciler.isEnding && !isDone())
        throw stopping('it is written, and holds from the next start on');
    } finally {
      this.#underWay--;
    }
  }

  preview(change: TenantChange): Promise<DryRunReply> {
    return this.#reconciler.exclusive(async () => {
      const { edits, reading, refusals } = await editAll(this.#files, await this.#readEditable(), [change]);
      if (refusals[0]) throw refusals[0];
      return {
        file: edits[0]?.path ?? this.#files.path,
        diff: edits.flatMap(({ before, after }) => diffLines(before ?? '', after ?? '')),
        plan: this.#reconciler.preview(reading),
        access: publishedAccess(reading.fleet, change.name),
      };
    });
  }

  foresee(change: TenantChange): Promise<TenantSpec> {
    return this.#reconciler.exclusive(() => foresee(this.#files, change));
  }

  #write(change: TenantChange): Promise<void> {
    const pending = { change, ...Promise.withResolvers<void>() };
    this.#pending.push(pending);
    if (this.#pending.length === 1) void this.#writeSoon();
    return pending.promise;
  }

  async #writeSoon(): Promise<void> {
    if (this.#underWay > 1) await sleep(gatherMs);
    await this.#reconciler.exclusive(() => this.#writePending());
  }

  async #writePending(): Promise<void> {
    const batch = this.#pending;
    this.#pending = [];
    try {
      if (this.#reconciler.isEnding) throw stopping('nothing was changed');
      const changes = batch.map(({ change }) => change);
      const refusals = await changeFiles(this.#files, changes, (edited, made) => {
        for (const { verb, name } of made)
          if (verb === 'remove' || verb === 'rename') this.#fleet.giveUp(name as TenantId);
        this.#reconciler.takeWritten(edited);
      });
      for (const [at, { resolve, reject }] of batch.entries()) {
        if (refusals[at]) reject(refusals[at]);
        else resolve();
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  /** What somebody else wrote is taken over first, or stands in the way. */
  async #readEditable(): Promise<GoodReading> {
    const { config } = this.#reconciler;
    this.#reconciler.take(await config.read(), false);
    const { state, held, issues } = config.state;
    if (state === 'bad') throw new Refusal('BAD_TENANTS_FILE', `${config.path} has errors`, issues);
    if (state === 'held') {
      const hint = 'confirm it by "mpctl apply --confirm", or take it back';
      throw new Refusal('CHANGE_HELD', `${config.path} holds a change that waits: ${held}`, [], hint);
    }
    return config.good;
  }

  #checkRoom(): void {
    const limit = descriptorLimit();
    let sockets = usualSockets + ownDescriptors;
    for (const tenant of this.#fleet.tenants.values()) sockets += tenant.sockets.length;
    if (sockets <= limit) return;
    throw new Refusal(
      'LIMIT_REACHED',
      `the limit of ${limit} open files has no room for another tenant`,
      [],
      'raise LimitNOFILE, or ulimit -n',
    );
  }
}

function stopping(outcome: string): MpctlError {
  return new MpctlError('DAEMON_STOPPING', `the daemon is stopping: ${outcome}`);
}
