import { flushCompileCache } from 'node:module';
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { giveBackMemory } from '../store/open-store.ts';

/** Share of the time in which the event loop has work to do. */
const busyShare = 0.5;
const quietShare = 0.1;

/** So many beats in a row before the mode changes: a burst is over sooner. */
const busyBeats = 10;
const quietBeats = 2;

/**
 * Whether V8 shall save memory or time. A fleet is idle most of the time, and what a burst left behind on the heap would
 * stay there for good: V8 gives it back on its own only where it was told to save (a shard of 4,500 tenants, each asked
 * once: 74 MB instead of 127). Under lasting load saving costs a tenth to a quarter more time, and a start, for which
 * somebody waits, a fourth: then it does not, and collects once when that is over.
 */
export class MemoryMode {
  #saving = false;
  #beats = 0;
  #openFiles = 0;
  #isTidy = false;
  #last = performance.eventLoopUtilization();

  constructor() {
    save(false);
  }

  /** To be called about once a second, with the number of databases that are open. */
  beat(openFiles: number): void {
    const now = performance.eventLoopUtilization();
    const share = performance.eventLoopUtilization(now, this.#last).utilization;
    this.#last = now;
    // Each has some hundred kilobytes.
    if (openFiles === 0 && this.#openFiles > 0) this.letGo();
    this.#openFiles = openFiles;
    this.#choose(share);
    if (this.#isTidy || !this.#saving || share > quietShare) return;
    this.#isTidy = true;
    void collect();
  }

  /** Much that was in memory is not needed any more: it is given back at the next quiet beat. */
  letGo(): void {
    this.#isTidy = false;
  }

  #choose(share: number): void {
    const wantsChange = this.#saving ? share > busyShare : share < quietShare;
    this.#beats = wantsChange ? this.#beats + 1 : 0;
    if (this.#beats < (this.#saving ? busyBeats : quietBeats)) return;
    this.#beats = 0;
    this.#saving = !this.#saving;
    save(this.#saving);
    this.letGo();
  }
}

/** V8 reads this flag anew at each decision; no other may be changed while it runs. */
function save(memory: boolean): void {
  setFlagsFromString(memory ? '--memory-saver-mode' : '--no-memory-saver-mode');
}

/** Gives back memory that is not needed. Takes some 50 ms of a quiet moment, for the successor too. Collects only where the process was started with `--expose-gc`. */
export async function collect(): Promise<void> {
  // Else it is written at the end, which a killed process does not have.
  flushCompileCache();
  await globalThis.gc?.({ type: 'major', execution: 'async', flavor: 'last-resort' });
  await giveBackMemory();
}
