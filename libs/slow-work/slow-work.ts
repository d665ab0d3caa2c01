/**
 * Work that takes milliseconds of computing, away from the event loop and from libuv's pool, which fsync needs: password
 * hashes, certificates, large mail. One thread, one job at a time, tenants in turn; the thread is there only while it is used.
 */
import { Worker } from 'node:worker_threads';
import { MpctlError } from '../base/error.ts';
import type { JobInput, JobName, JobResult } from './jobs.ts';

export interface SlowWork extends AsyncDisposable {
  /**
   * Does a job. `scope` is the tenant that it is for: tenants take turns, and each may have `maxWaiting` jobs waiting.
   * An input that is large is better made when its turn comes: what waits is in memory.
   * Throws SLOW_WORK_BUSY when there are more, SLOW_WORK_TOO_LONG when a job takes more than `maxJobMs`.
   */
  run<J extends JobName>(
    job: J,
    input: JobInput<J> | (() => Promise<JobInput<J>>),
    scope: string,
  ): Promise<JobResult<J>>;
}

export type SlowWorkOptions = {
  readonly maxWaiting?: number;
  readonly maxJobMs?: number;
  /** The thread ends when there was nothing to do for so long. */
  readonly idleMs?: number;
};

type Task = {
  readonly job: JobName;
  readonly input: unknown;
  resolve(result: never): void;
  reject(error: unknown): void;
};

/** The thread's program: as source, or where the bundle has it. */
const program = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './slow-work.js', import.meta.url);

/** Costs nothing before the first job, a thread of about 15 MB from then on. */
export function createSlowWork({
  maxWaiting = 50,
  maxJobMs = 10_000,
  idleMs = 60_000,
}: SlowWorkOptions = {}): SlowWork {
  /** scope → its waiting jobs; the scope whose turn it is comes first. */
  const waiting = new Map<string, Task[]>();
  let worker: Worker | null = null;
  let current: Task | null = null;
  let timer: NodeJS.Timeout | undefined;

  function start(): Worker {
    const thread = new Worker(program);
    thread.unref();
    thread.on('message', (answer: { result?: never; error?: unknown }) => {
      const task = current;
      current = null;
      if ('error' in answer) task?.reject(answer.error);
      else task?.resolve(answer.result as never);
      next();
    });
    // A thread that dies takes its job with it; the next job gets a new one.
    thread.on('error', error => stop(thread, error));
    return thread;
  }

  function stop(thread: Worker, reason: unknown): Promise<number> {
    clearTimeout(timer);
    if (worker === thread) {
      worker = null;
      const task = current;
      current = null;
      task?.reject(reason);
      next();
    }
    return thread.terminate();
  }

  function next(): void {
    if (current) return;
    clearTimeout(timer);
    const [turn] = waiting;
    if (!turn) {
      const idle = worker;
      if (idle) timer = setTimeout(() => void stop(idle, null), idleMs).unref();
      return;
    }
    const [scope, tasks] = turn;
    const task = tasks.shift();
    waiting.delete(scope);
    if (tasks.length > 0) waiting.set(scope, tasks);
    if (!task) return;
    current = task;
    worker ??= start();
    const thread = worker;
    if (typeof task.input === 'function') void postLater(thread, task, task.input as () => Promise<unknown>);
    else thread.postMessage({ job: task.job, input: task.input });
    const tooLong = new MpctlError('SLOW_WORK_TOO_LONG', `${task.job} took more than ${maxJobMs} ms`);
    timer = setTimeout(() => void stop(thread, tooLong), maxJobMs).unref();
  }

  async function postLater(thread: Worker, task: Task, makeInput: () => Promise<unknown>): Promise<void> {
    try {
      const input = await makeInput();
      if (current === task) thread.postMessage({ job: task.job, input });
    } catch (error) {
      task.reject(error);
      if (current !== task) return;
      current = null;
      next();
    }
  }

  return {
    run(job, input, scope) {
      const tasks = waiting.get(scope) ?? [];
      if (tasks.length >= maxWaiting)
        return Promise.reject(new MpctlError('SLOW_WORK_BUSY', `${tasks.length} jobs are waiting already`));
      const { promise, resolve, reject } = Promise.withResolvers<never>();
      tasks.push({ job, input, resolve, reject });
      waiting.set(scope, tasks);
      next();
      return promise;
    },

    async [Symbol.asyncDispose]() {
      const closed = new MpctlError('SLOW_WORK_BUSY', 'closing');
      for (const tasks of waiting.values()) for (const task of tasks) task.reject(closed);
      waiting.clear();
      if (worker) await stop(worker, closed);
      clearTimeout(timer);
    },
  };
}
