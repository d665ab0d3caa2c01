import { MpctlError } from '../base/error.ts';
import { tenantDataDir } from '../spec/paths.ts';
import type { TenantWorker } from '../tenant/tenant-worker.ts';
import type { MailWork, MailWorkDone, MailWorkFailure } from '../wire/mail-work.ts';
import type { ShardHome } from './open-home.ts';

/** Does a piece of work with all of a tenant's mail, beside everything else and in small steps. */
export async function doMailWork(
  home: ShardHome,
  worker: TenantWorker,
  work: MailWork,
): Promise<MailWorkDone[MailWork['kind']]> {
  const dir = tenantDataDir(home.dataDir, worker.spec.id);
  switch (work.kind) {
    case 'copy':
      return home.store.copy({ uid: worker.uid, dir }, work.to, work.earlier);
    case 'export':
    case 'import':
      throw new MpctlError('NOT_THERE_YET', `${work.kind} is not there yet`);
  }
}

/** Anything but a failure is a bug, and nobody's to catch. */
export function failureOfWork(error: unknown): MailWorkFailure {
  if (!(error instanceof MpctlError)) throw error;
  const { code, message, hint } = error;
  return { code, message, hint };
}
