/**
 * The second hand of an applier: a thread that takes a long tail into its database while the event loop goes on taking
 * mail in. It reads the changes from the journal, so that next to nothing has to cross over.
 */
import { Worker } from 'node:worker_threads';

/** Changes that stand in one file of the journal. */
export type JournalRun = {
  readonly path: string;
  /** Three numbers a change: its position, and where its record begins and ends. An object each would cross over slowly. */
  readonly places: readonly number[];
};

export type ApplyJob = {
  /** The tenant's folder; nobody else has its mailbox open. */
  readonly dir: string;
  /** Whose positions they are. */
  readonly journal: string;
  /** In their order. */
  readonly runs: readonly JournalRun[];
};

/** What became of a job. All that was applied is safe, unless there is a failure. */
export type Applied = {
  /** The position that the database had before. */
  readonly position: number;
  /** What each change that was applied touched. */
  readonly touched: readonly (readonly string[])[];
  /** Code and message of what went wrong behind those; null: nothing. */
  readonly failure: readonly [code: string, message: string] | null;
};

/** The thread's program: as source, or where the bundle has it. */
const program = new URL(
  import.meta.url.endsWith('.ts') ? './apply-worker.ts' : './apply-worker.js',
  import.meta.url,
);

/** The thread ends when there was nothing to do for so long. */
const idleMs = 5000;

/** One job at a time; costs nothing before the first, some 20 MB from then on until it has been idle for a while. */
export class ApplyThread {
  #worker: Worker | null = null;
  #current: PromiseWithResolvers<Applied> | null = null;
  #timer: NodeJS.Timeout | undefined;
  readonly #isWanted = new Int32Array(new SharedArrayBuffer(4));

  /** One after the other: not to be called before the last has settled. */
  apply(job: ApplyJob): Promise<Applied> {
    clearTimeout(this.#timer);
    this.#current = Promise.withResolvers<Applied>();
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(job);
    return this.#current.promise;
  }

  /** Somebody waits for the mailbox: the job that is under way ends after the change that it is at. */
  hurry(): void {
    Atomics.store(this.#isWanted, 0, 1);
  }

  #start(): Worker {
    const worker = new Worker(program, {
      workerData: this.#isWanted.buffer,
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    });
    worker.on('message', (applied: Applied) => {
      const current = this.#current;
      this.#current = null;
      Atomics.store(this.#isWanted, 0, 0);
      worker.unref();
      this.#timer = setTimeout(() => void this.end(), idleMs).unref();
      current?.resolve(applied);
    });
    // What it has applied is not known then: the process ends, and its successor finds out.
    worker.on('error', error => {
      throw error;
    });
    return worker;
  }

  /** Ends when the job that it has is done: a thread that is ended by force may leave a database locked. */
  async end(): Promise<void> {
    await this.#current?.promise;
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }
}
