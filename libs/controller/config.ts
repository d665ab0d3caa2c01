import { isDeepStrictEqual } from 'node:util';
import { MpctlError } from '../base/error.ts';
import type { Issue } from '../base/issue.ts';
import type { FleetSettings } from '../reconcile/diff-spec.ts';
import { type HeldView, holdReason } from '../reconcile/hold.ts';
import { restartIssues } from '../reconcile/restart-issues.ts';
import type { FileEdit } from '../spec/edit-files.ts';
import { type FleetReading, readFleet } from '../spec/read-fleet.ts';
import { type HostFacts, resolveSettings } from '../spec/resolve.ts';
import type { Texts } from './change-files.ts';
import type { ConfigSource } from './controller.ts';
import { type GoodReading, isGood } from './good-reading.ts';
import { type Parser, parseElsewhere } from './parse-elsewhere.ts';
import type { SourceFiles, WatchedFiles } from './source-files.ts';

/** More YAML than this is parsed in a process of its own, and so is all of it at the start. */
const maxYamlBytes = 64 * 1024;

/** What the files say now, beside what runs. */
export type ConfigState = {
  readonly state: 'current' | 'bad' | 'held';
  /** Why it is held; empty when it is not. */
  readonly held: string;
  readonly issues: readonly Issue[];
};

/** The configuration: the last good reading of the files, which runs, and what they say now. */
export class Config {
  readonly files: SourceFiles;
  readonly #parser: Parser;
  #source: ConfigSource;
  #good: GoodReading | null = null;
  /** What the files said last. */
  #seen: FleetReading | null = null;
  #begunWith: { readonly settings: FleetSettings; readonly facts: HostFacts } | null = null;
  #state: ConfigState = { state: 'current', held: '', issues: [] };
  loadedAtMs = 0;

  constructor(source: ConfigSource, parser: Parser, files: SourceFiles) {
    this.#source = source;
    this.#parser = parser;
    this.files = files;
  }

  /** The main file. */
  get path(): string {
    return this.#source.path;
  }

  /** What runs. */
  get good(): GoodReading {
    if (!this.#good) throw new Error('no good configuration yet');
    return this.#good;
  }

  get state(): ConfigState {
    return this.#state;
  }

  /** Every file and folder whose change may matter. */
  get watched(): WatchedFiles {
    const readings = [this.#seen, this.#good].flatMap(reading => reading ?? []);
    return {
      files: [...new Set([this.#source.path, ...readings.flatMap(filesOf)])],
      includes: readings.flatMap(({ includes }) => includes),
    };
  }

  /** How the files look now; another text wherever they can have changed. */
  look(): string {
    return this.files.onDisk(this.watched);
  }

  /** Reads the files; nothing is taken over. Untouched ones cost a look at each. */
  async read(): Promise<FleetReading> {
    if (this.#seen && this.files.asKnown(this.watched) === this.look()) return this.#seen;
    this.#seen = await this.#readAgain();
    return this.#seen;
  }

  async #readAgain(): Promise<FleetReading> {
    const { path, facts } = this.#source;
    try {
      const maxBytes = this.#good ? maxYamlBytes : 0;
      const request = { file: path, facts, io: this.files, previous: this.#good, maxYamlBytes: maxBytes };
      return await readFleet(request);
    } catch (error) {
      if (!(error instanceof MpctlError) || error.code !== 'SPEC_TOO_LARGE') throw error;
      const reading = await parseElsewhere(this.#parser, this.#source);
      this.files.know(reading);
      return reading;
    }
  }

  /** Takes over what was written here and is known therefore. */
  takeWritten(reading: GoodReading, edits: readonly FileEdit[], nowMs: number): void {
    for (const { path, after } of edits) if (after !== null) this.files.remember(path, after);
    this.take(reading, true, nowMs);
    this.#seen = reading;
  }

  /** Reads the files as if some had other texts. */
  readWith(texts: Texts, previous: GoodReading): Promise<FleetReading> {
    const { path, facts } = this.#source;
    return readFleet({ file: path, facts, io: this.files.with(texts), previous });
  }

  /** Why a reading would be held if nobody confirmed it; empty when it would not. */
  holdOf(reading: GoodReading): string {
    return this.#good ? holdReason(viewOf(this.#good), viewOf(reading)) : '';
  }

  /** Why what runs would have been held after something else; empty when it would not. */
  holdAfter(before: HeldView): string {
    return holdReason(before, viewOf(this.good));
  }

  /** Runs the files as they were once, and holds what they say now. False: they could not run any more. */
  async goBackTo(texts: ReadonlyMap<string, string>, nowMs: number): Promise<boolean> {
    const found = this.good;
    const gone = [...found.sources.keys()]
      .filter(path => !texts.has(path))
      .map(path => [path, null] as const);
    const last = await this.readWith(new Map<string, string | null>([...texts, ...gone]), found);
    if (!texts.has(this.path) || !isGood(last)) return false;
    this.#good = last;
    if (this.#begunWith) this.#begunWith = { ...this.#begunWith, settings: last.fleet };
    this.take(found, false, nowMs);
    return true;
  }

  /** Takes over what the files say now. True: something else shall run from now on. */
  take(reading: FleetReading, confirmed: boolean, nowMs: number): boolean {
    const issues = [...reading.issues, ...this.restartIssues(reading)];
    if (this.#good && isSame(reading, this.#good)) {
      this.#state = { state: 'current', held: '', issues };
      return false;
    }
    if (!isGood(reading)) {
      this.#state = { state: 'bad', held: '', issues };
      return false;
    }
    const held = confirmed ? '' : this.holdOf(reading);
    this.#state = { state: held === '' ? 'current' : 'held', held, issues };
    if (held !== '') return false;
    this.#good = reading;
    this.loadedAtMs = nowMs;
    return true;
  }

  /** What was taken over until now the daemon began with: its folders stay, whatever the file says later. */
  begin(): void {
    const { runDir, dataDir } = this.good.fleet;
    this.#begunWith = { settings: this.good.fleet, facts: this.#source.facts };
    this.#source = { ...this.#source, facts: { ...this.#source.facts, runDir, dataDir } };
  }

  /** What a reading says that only the next daemon will do. */
  restartIssues(reading: FleetReading): readonly Issue[] {
    if (!this.#begunWith || !isGood(reading)) return [];
    const { settings, facts } = this.#begunWith;
    return restartIssues(settings, resolveSettings(reading.reuse.settings, facts), this.path);
  }
}

function filesOf({ sources, sideTexts }: FleetReading): string[] {
  return [...sources.keys(), ...sideTexts.keys()];
}

/** A text that did not change is the same object. */
function isSame(a: FleetReading, b: FleetReading): boolean {
  return (
    a.sources.size === b.sources.size &&
    [...a.sources].every(([path, source]) => b.sources.get(path) === source) &&
    isDeepStrictEqual(a.sideTexts, b.sideTexts)
  );
}

function viewOf({ sources, fleet }: GoodReading): HeldView {
  return {
    texts: new Map([...sources].map(([path, { text }]) => [path, text])),
    tenants: fleet.tenants as ReadonlyMap<string, unknown>,
  };
}
