import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often it looks; a block is known to about this much. */
const resolutionMs = 20;

/** Knows the longest time that the event loop was blocked, once for each of two askers. */
export class LoopWatch {
  readonly #histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  #sinceReportMs = 0;

  constructor() {
    this.#histogram.enable();
  }

  /** Since the last heartbeat. */
  takeForHeartbeat(): number {
    const longestMs = Math.max(0, Math.round(this.#histogram.max / 1e6) - resolutionMs);
    this.#histogram.reset();
    this.#sinceReportMs = Math.max(this.#sinceReportMs, longestMs);
    return longestMs;
  }

  /** Since the last report. */
  takeForReport(): number {
    this.takeForHeartbeat();
    const longestMs = this.#sinceReportMs;
    this.#sinceReportMs = 0;
    return longestMs;
  }
}
