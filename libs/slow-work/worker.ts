/** Entry of the worker thread: one job comes in, one result goes out. */
import { parentPort } from 'node:worker_threads';
import { type JobName, jobs } from './jobs.ts';

parentPort?.on('message', async ({ job, input }: { job: JobName; input: never }) => {
  try {
    parentPort?.postMessage({ result: await jobs[job](input) });
  } catch (error) {
    parentPort?.postMessage({ error });
  }
});
