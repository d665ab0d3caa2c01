import type { MailState } from './mail-state.ts';

export type MailFileOptions = {
  /** A sync of it failed, so that its next one writes everything anew first. */
  readonly isSuspect?: boolean;
  /** Resolves when a search may take its next slice; when left out, as soon as others have run. */
  readonly nextTurn?: () => Promise<void>;
  /** How much of the file may be in memory, where it is more than a mailbox that is looked at needs. */
  readonly cacheBytes?: number;
};

/**
 * A mailbox on disk, opened by this process alone. Changes reach the disk when the operating system likes, until they
 * are synced: nothing here makes the event loop wait for a disk but for reading what is not in its cache.
 *
 * Operations throw an {@link MpctlError}: `STORE_FULL`, `STORE_FAILED`, `STORE_CORRUPT` (what is in the file makes no
 * sense), `STORE_NEWER` (a newer program wrote it), `STORE_BUSY` (another process has it), `STORE_UNSYNCED` (a sync
 * failed: the system may have dropped what it could not write, and would not say so again. The file can be looked at; to
 * be made safe it has to be abandoned and opened again as one that is suspect).
 */
export interface MailFile {
  readonly state: MailState;
  /** Whether changes were applied that {@link sync} has not made safe. */
  readonly isDirty: boolean;
  /** Bytes written since the last {@link checkpoint}: what the next opening after a crash has to read again. */
  readonly logBytes: number;
  /** Makes safe what was applied before the call. */
  sync(): Promise<void>;
  /** Syncs and folds the log into the file. Nothing may be applied until it has settled; looking is allowed. */
  checkpoint(): Promise<void>;
  /**
   * Folds as {@link checkpoint} does. From then on, until the function that it resolves to is called, the file and those
   * of large mail stay on disk exactly as they are, whatever is applied.
   */
  freeze(): Promise<() => void>;
  /** Copies the file, while it is frozen, into a new one, which is safe then. */
  copyTo(path: string): Promise<void>;
  /** Compresses mail and gives unused space back, in steps until `isOver`. False when there was nothing to do. */
  tidy(isOver: () => boolean): boolean;
  /** Resolves when all is safe and the file is closed. Rejects while it cannot be made safe, and stays open. */
  close(): Promise<void>;
  /** Closes at once and leaves everything as it is: for a file that is damaged or could not be synced. */
  abandon(): void;
}
