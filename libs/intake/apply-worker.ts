/** Entry of the thread of {@link ApplyThread}: a job comes in, what became of it goes out. */
import { parentPort, workerData } from 'node:worker_threads';
import { MpctlError } from '../base/error.ts';
import type { MailFile } from '../store/mail-file.ts';
import type { PlacedChange } from '../store/mail-state.ts';
import { openMailFile } from '../store/open-store.ts';
import type { Applied, ApplyJob, JournalPlace } from './apply-thread.ts';
import { RecordReader } from './segment.ts';

/** Pages of a database are written once for many mails where they stay in memory meanwhile. */
const cacheBytes = 16 * 1024 * 1024;

/** Not 0: somebody waits for the mailbox. */
const isWanted = new Int32Array(workerData as SharedArrayBuffer);

async function apply({ dir, places }: ApplyJob): Promise<Applied> {
  let file: MailFile | null = null;
  let position = 0;
  let touched: Applied['touched'] = [];
  try {
    file = await openMailFile(dir, { cacheBytes });
    position = file.state.last.position;
    using reader = new RecordReader();
    touched = file.state.apply(changesAt(reader, places), () => false);
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
function* changesAt(reader: RecordReader, places: readonly JournalPlace[]): Iterable<PlacedChange> {
  for (const place of places) {
    if (Atomics.load(isWanted, 0) !== 0) return;
    yield changeAt(reader, place);
  }
}

/** Read when it is applied. */
function changeAt(
  reader: RecordReader,
  { journal, position, path, offset, endOffset }: JournalPlace,
): PlacedChange {
  return {
    journal,
    position,
    get change() {
      return reader.read(path, offset, endOffset).change;
    },
  };
}

parentPort?.on('message', async (job: ApplyJob) => parentPort?.postMessage(await apply(job)));
