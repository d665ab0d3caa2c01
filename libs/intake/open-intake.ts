/**
 * Mail that is safe when it is acknowledged: a {@link Store} whose changes go to one journal for all tenants of a shard,
 * synced once for all who wait, from there into memory (the tenant's tail) and later, in slices, into the tenant's own
 * database. Whoever looks at a mailbox has its tail applied first, so that nobody ever has to merge two places.
 *
 *     insert ─► journal ─► sync ─► acknowledged ─► tail ─► applier ─► database ─► segment freed
 *               large mail ─► its own file first            ▲ look
 */
import { Intake } from './intake.ts';
import type { IntakeOptions, TenantDirs } from './intake-options.ts';
import { removeNotes } from './left-segments.ts';
import { leaveSegments, listSegments } from './segment.ts';

/**
 * Takes in what processes left in the journals of a folder, whatever their number was, and empties them. To be done
 * before a tenant is opened, by a process that is alone with the folder. Raises no event. What cannot be taken in now is
 * left to the shards, whoever of them will host its tenants.
 */
export async function replayJournals(
  options: Omit<IntakeOptions, 'shard'>,
  dirOf: TenantDirs,
): Promise<void> {
  {
    await using intake = new Intake({ ...options, shard: 0 });
    await intake.replay(dirOf);
  }
  const segments = await leaveSegments(options.journalDir);
  if (segments === 0) await removeNotes(options.journalDir);
  else options.log.warn({ segments }, 'mail waits in the journal: it could not be taken in yet');
}

/** Whether there is something that {@link replayJournals} would take in. */
export async function needsReplay(journalDir: string): Promise<boolean> {
  return (await listSegments(journalDir)).some(({ kind }) => kind !== 'end');
}

/** Opens the intake of a shard and takes over what an earlier process of it left; reads no more than what may not be applied yet. */
export async function openIntake(options: IntakeOptions): Promise<Intake> {
  const intake = new Intake(options);
  await intake.inherit();
  return intake;
}
