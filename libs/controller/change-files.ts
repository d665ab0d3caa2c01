import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseTenantId, type TenantId } from '../base/ids.ts';
import type { Issue } from '../base/issue.ts';
import { Refusal } from '../base/refusal.ts';
import { editFiles, type FileEdit, type TenantChange } from '../spec/edit-files.ts';
import type { FleetReading } from '../spec/read-fleet.ts';
import { SourceText } from '../spec/source-text.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import { stanzaOf } from '../spec/tenant-stanza.ts';
import { withFileLock } from './file-lock.ts';
import { type GoodReading, isGood } from './good-reading.ts';
import { mailLimitsOf } from './kept-limits.ts';
import { noteLeaving, noteTaken, type Undo } from './leaving-note.ts';
import { accessIssues } from './machine-issues.ts';
import { replaceFile } from './replace-file.ts';

/** While an editor keeps saving the same file, so many attempts are made. */
const maxAttempts = 50;
const retryMs = 10;

export type Texts = ReadonlyMap<string, string | null>;

/** The files that are changed. */
export interface EditableFiles {
  /** The main file. */
  readonly path: string;
  /** As they are on disk. @throws Refusal when they must not be changed as they are */
  read(): Promise<GoodReading>;
  /** As they would be with these texts; null is no file. */
  readWith(texts: Texts, before: GoodReading): Promise<FleetReading>;
}

/** What changes make of the files. */
export type Edited = {
  readonly edits: readonly FileEdit[];
  readonly reading: GoodReading;
  /** Of each change: null, or why it is refused. */
  readonly refusals: readonly (Refusal | null)[];
};

/**
 * Makes changes of tenants in the files. No other writer comes between, nothing is lost of what an editor saves
 * meanwhile, and a change that is refused leaves no trace. Resolves to the refusals, one or null for each change;
 * `written` is called whenever some were, with those that were made.
 */
export function changeFiles(
  files: EditableFiles,
  changes: readonly TenantChange[],
  written: (edited: Edited, made: readonly TenantChange[]) => void = () => {},
): Promise<readonly (Refusal | null)[]> {
  return withFileLock(files.path, async () => {
    // In one file all changes are one write; where each tenant has its own, one is written after the other.
    const isOneFile = (await files.read()).includes.length === 0;
    const refusals: (Refusal | null)[] = [];
    for (const group of isOneFile ? [changes] : changes.map(change => [change])) {
      const edited = await changeGroup(files, group);
      const made = group.filter((_, at) => edited.refusals[at] === null);
      if (edited.edits.length > 0) written(edited, made);
      refusals.push(...edited.refusals);
    }
    return refusals;
  });
}

async function changeGroup(files: EditableFiles, changes: readonly TenantChange[]): Promise<Edited> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const before = await files.read();
    const edited = await editAll(files, before, changes);
    const accepted = changes.filter((_, at) => edited.refusals[at] === null);
    let isWritten = false;
    const undos: Undo[] = [];
    try {
      for (const change of accepted) undos.unshift(...(await note(change, before)));
      isWritten = writeAll(edited.edits);
    } finally {
      if (!isWritten) for (const undo of undos) undo();
    }
    if (isWritten) return edited;
    await sleep(retryMs);
  }
  throw new Refusal('FILE_BUSY', `somebody keeps writing ${files.path}`);
}

/** What changes would make of the files as they are in `before`. */
export async function editAll(
  files: EditableFiles,
  before: GoodReading,
  changes: readonly TenantChange[],
): Promise<Edited> {
  const together = await tryEdit(files, before, changes);
  if (!isIssues(together)) return together;
  // Some are wrong: one after the other shows which.
  let edited: Edited = { edits: [], reading: before, refusals: [] };
  for (const change of changes) {
    const { edits, reading, refusals } = edited;
    const next = await tryEdit(files, reading, [change]);
    edited = isIssues(next)
      ? { ...edited, refusals: [...refusals, wrongThen(next)] }
      : { edits: merge(edits, next.edits), reading: next.reading, refusals: [...refusals, ...next.refusals] };
  }
  return edited;
}

/** The tenant that a change would leave, without making the change. @throws Refusal */
export async function foresee(files: EditableFiles, change: TenantChange): Promise<TenantSpec> {
  const { reading, refusals } = await editAll(files, await files.read(), [change]);
  if (refusals[0]) throw refusals[0];
  const tenant = reading.fleet.tenants.get(change.name as TenantId);
  assert(tenant, `${change.name} is not there after its change`);
  return tenant;
}

async function tryEdit(
  files: EditableFiles,
  before: GoodReading,
  changes: readonly TenantChange[],
): Promise<Edited | readonly Issue[]> {
  let edits: readonly FileEdit[] = [];
  let edited: FleetReading = before;
  const refusals: (Refusal | null)[] = [];
  for (const change of changes) {
    const outcome = await editFiles(files.path, edited, change);
    if ('fault' in outcome) refusals.push(new Refusal(outcome.fault, outcome.message));
    else {
      refusals.push(null);
      edits = merge(edits, outcome);
      edited = withTexts(edited, outcome);
    }
  }
  if (edits.length === 0) return { edits, reading: before, refusals };
  const reading = await files.readWith(new Map(edits.map(({ path, after }) => [path, after])), before);
  const paths = new Set(edits.map(({ path }) => path));
  if (!isGood(reading)) return withoutPlaces(reading.issues, paths);
  const changed = [...reading.fleet.tenants.values()].filter(
    tenant => before.fleet.tenants.get(tenant.id) !== tenant,
  );
  const issues = await accessIssues(reading, changed);
  return issues.length > 0 ? withoutPlaces(issues, paths) : { edits, reading, refusals };
}

/** Lines of a text that is not written help nobody: the keys say what is meant. */
function withoutPlaces(issues: readonly Issue[], paths: ReadonlySet<string>): Issue[] {
  return issues.map(issue => {
    if (!paths.has(issue.file ?? '')) return issue;
    const { file, line, column, ...rest } = issue;
    return rest;
  });
}

function wrongThen(issues: readonly Issue[]): Refusal {
  const message = 'the change is refused: with it the tenants file would be wrong';
  return new Refusal('BAD_REQUEST', message, issues, 'nothing was written');
}

/** The reading before, with other texts: enough for the next edit. */
function withTexts(reading: FleetReading, edits: readonly FileEdit[]): FleetReading {
  const sources = new Map(reading.sources);
  for (const { path, after } of edits) {
    if (after === null) sources.delete(path);
    else sources.set(path, new SourceText(path, after));
  }
  return { ...reading, sources };
}

function merge(first: readonly FileEdit[], second: readonly FileEdit[]): FileEdit[] {
  const merged = new Map(first.map(edit => [edit.path, edit]));
  for (const edit of second) {
    const { before } = merged.get(edit.path) ?? edit;
    merged.set(edit.path, { ...edit, before });
  }
  return [...merged.values()];
}

/** All or none; false: one of the files is another by now. */
function writeAll(edits: readonly FileEdit[]): boolean {
  for (const [at, { path, before, after }] of edits.entries()) {
    if (replaceFile(path, before, after)) continue;
    for (const done of edits.slice(0, at).reverse()) replaceFile(done.path, done.after, done.before);
    return false;
  }
  return true;
}

/** Why a tenant leaves its name is on disk before the name leaves the file. */
async function note(change: TenantChange, before: GoodReading): Promise<Undo[]> {
  const { dataDir } = before.fleet;
  const { verb } = change;
  const name = parseTenantId(change.name);
  const fresh = verb === 'add' ? name : verb === 'rename' ? parseTenantId(change.to) : null;
  const undos: Undo[] = [];
  if (name !== null && verb === 'remove') {
    const stanza = await stanzaOf(before, name);
    const spec = before.fleet.tenants.get(name);
    const leaving = { ...(stanza ? { stanza } : {}), ...(spec ? { limits: mailLimitsOf(spec) } : {}) };
    undos.push(noteLeaving(dataDir, name, { removed: true, ...leaving }));
  }
  if (fresh !== null) undos.unshift(noteTaken(dataDir, fresh));
  if (fresh !== null && name !== null && verb === 'rename')
    undos.unshift(noteLeaving(dataDir, name, { renamedTo: fresh }));
  return undos;
}

function isIssues(outcome: Edited | readonly Issue[]): outcome is readonly Issue[] {
  return Array.isArray(outcome);
}
