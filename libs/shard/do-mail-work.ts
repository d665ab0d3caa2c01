import { renderBytes } from '../base/bytes.ts';
import { renderDuration } from '../base/duration.ts';
import { MpctlError } from '../base/error.ts';
import { tenantDataDir } from '../spec/paths.ts';
import { placeOf } from '../tenant/tenant-mail.ts';
import type { TenantWorker } from '../tenant/tenant-worker.ts';
import type { MailWork, MailWorkDone, MailWorkFailure } from '../wire/mail-work.ts';
import type { ShardHome } from './open-home.ts';

/** Does a piece of work with all of a tenant's mail, beside everything else and in small steps. An export ends when it is `cancelled`. */
export async function doMailWork(
  home: ShardHome,
  worker: TenantWorker,
  work: MailWork,
  cancelled: AbortSignal,
): Promise<MailWorkDone[MailWork['kind']]> {
  const dir = tenantDataDir(home.dataDir, worker.spec.id);
  switch (work.kind) {
    case 'copy':
      return home.store.copy({ uid: worker.uid, dir }, work.to, work.earlier);
    case 'export': {
      const { writeArchive } = await import('../archive/write-archive.ts');
      await home.store.settled({ uid: worker.uid, dir });
      const { mailbox } = worker.openMail();
      return writeArchive({ tenant: worker.spec.id, mailbox, nowMs: home.clock() }, work.path, cancelled);
    }
    case 'import':
      return importMail(home, worker, work);
  }
}

async function importMail(
  { clock }: ShardHome,
  worker: TenantWorker,
  { path, allowPrune }: MailWork & { readonly kind: 'import' },
): Promise<MailWorkDone['import']> {
  const { readArchive } = await import('../archive/read-archive.ts');
  const { mailbox, events } = worker.openMail();
  const { maxMessages, maxAgeMs, maxBytes } = worker.spec;
  const limits = [
    maxMessages > 0 ? `maxMessages ${maxMessages}` : '',
    maxAgeMs > 0 ? `maxAge ${renderDuration(maxAgeMs)}` : '',
    maxBytes > 0 ? `maxBytes ${renderBytes(maxBytes)}` : '',
  ];
  const { retention } = placeOf(worker);
  const target = {
    mailbox,
    retention,
    limits: limits.filter(Boolean).join(', '),
    allowPrune,
    nowMs: clock(),
  };
  try {
    return await readArchive(path, target);
  } finally {
    // Whoever looks at the list reads it anew.
    events.publish({ kind: 'pruned', ids: [] });
  }
}

/** What is told of a failure. What nobody foresaw has no code of its own: it is for the log. */
export function failureOfWork(error: unknown): MailWorkFailure {
  if (!(error instanceof MpctlError)) return { code: 'UNKNOWN', message: String(error), hint: '' };
  const { code, message, hint } = error;
  return { code, message, hint };
}
