import type { MpctlError } from '../base/error.ts';
import type { TenantUid } from '../base/ids.ts';
import type { MailFile } from '../store/mail-file.ts';
import type { PlacedChange } from '../store/mail-state.ts';
import type { Segment } from './journal.ts';

/** A change that is safe in the journal and not in its database yet. */
export type Pending = PlacedChange & {
  /** Cannot be freed before the change is applied; null: the change is safe elsewhere too. */
  segment: Segment | null;
  readonly bytes: number;
  /** Where it stands in the segment; null: in memory alone. */
  readonly place: { readonly offset: number; readonly endOffset: number } | null;
  readonly keptAtMs: number;
  /** It comes from an earlier process, who may have applied it. */
  readonly isInherited: boolean;
  /** Called when it has been applied, with what it touched, or will not be for now. */
  readonly done: ((touched: readonly string[] | null, error: MpctlError | null) => void) | null;
};

/**
 * What the intake knows of one tenant's mailbox. Plain data that the parts of the intake share; while the mailbox is
 * idle it is all that there is of it.
 */
export class Box {
  readonly uid: TenantUid;
  readonly dir: string;
  /** Called when taking in a mail removed older ones. */
  onPruned: (ids: readonly string[]) => void = () => {};
  /** Set while there is a handle: lets nothing more come through it. */
  closeHandle: (() => Promise<void>) | null = null;

  /** In the order in which they were acknowledged; empty or bounded. */
  tail: Pending[] = [];
  tailBytes = 0;
  /** Changes in the tail may be in the database already. */
  mayBeApplied = false;
  /** Who waits until a change of the tail has been applied; called with an error when it cannot be for now. */
  waiting: { readonly until: Pending | null; readonly done: (error: MpctlError | null) => void }[] = [];

  file: MailFile | null = null;
  /** Set while the file is being opened or closed. */
  turning: Promise<void> | null = null;
  /** Set while nothing may be applied: the file is being opened, folded or opened anew. */
  held: Promise<void> | null = null;
  /** Looks that are under way. */
  users = 0;
  lastUsedMs = 0;
  /** When somebody looked. */
  lastReadMs = Number.NEGATIVE_INFINITY;
  /** What an earlier process applied may not be on disk. */
  isUnsynced = false;
  /** A sync of the file failed: it has to be opened again. */
  isSuspect = false;
  /** It was told that it cannot be let go of. */
  isStuck = false;
  /** Files that no mail names were looked for. */
  isSwept = false;
  /** Large mail that has its file in `big` and is not in the tail yet, by id. */
  readonly arriving = new Set<string>();

  /** Changes were put into its own folder; until the database is safe they stay there. */
  hasAside = false;

  /** Why nothing can be applied, and when to try again; `retryAtMs` may be infinite. */
  failure: MpctlError | null = null;
  retryAtMs = 0;

  constructor(uid: TenantUid, dir: string) {
    this.uid = uid;
    this.dir = dir;
  }
}
