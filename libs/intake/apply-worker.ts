/** Entry of the thread of {@link ApplyThread}: a job comes in, what became of it goes out. */
import { parentPort, workerData } from 'node:worker_threads';
import { MpctlError } from '../base/error.ts';
import type { MailFile } from '../store/mail-file.ts';
import type { PlacedChange } from '../store/mail-state.ts';
import { openMailFile } from '../store/open-store.ts';
import type { Applied, ApplyJob } from './apply-thread.ts';
import { RecordReader } from './segment.ts';

/** Pages of a database are written once for many mails where they stay in memory meanwhile. */
const cacheBytes = 16 * 1024 * 1024;

/** Not 0: somebody waits for the mailbox. */
const isWanted = new Int32Array(workerData as SharedArrayBuffer);

async function apply(job: ApplyJob): Promise<Applied> {
  let file: MailFile | null = null;
  let position = 0;
  let touched: Applied['touched'] = [];
  try {
    file = await openMailFile(job.dir, { cacheBytes });
    position = file.state.last.position;
    using reader = new RecordReader();
    touched = file.state.apply(changesOf(job, reader), () => false);
    await file.close();
    return { position, touched, failure: null };
  } catch (error) {
    file?.abandon();
    const { code, message } =
      error instanceof MpctlError ? error : { code: 'STORE_FAILED', message: String(error) };
    return { position, touched, failure: [code, message] };
  }
}

/** Until somebody waits: what is begun is finished. */
function* changesOf({ journal, runs }: ApplyJob, reader: RecordReader): Iterable<PlacedChange> {
  for (const { path, places } of runs)
    for (let i = 0; i < places.length; i += 3) {
      if (Atomics.load(isWanted, 0) !== 0) return;
      const [position, offset, endOffset] = places.slice(i, i + 3) as [number, number, number];
      yield { journal, position, change: reader.read(path, offset, endOffset).change };
    }
}

parentPort?.on('message', async (job: ApplyJob) => parentPort?.postMessage(await apply(job)));
