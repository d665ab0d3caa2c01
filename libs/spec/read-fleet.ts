/**
 * From files to a fleet: the main file, what it includes, environment files. Here parsing, defaults and the rules across
 * tenants come together; what is read, the caller reads.
 *
 * Given the reading before, a tenant whose text did not change keeps its spec, the same object: a change in a file of
 * 9,000 tenants costs milliseconds, and no YAML but that of the change is parsed.
 */
import { parseTenantId, type TenantId, tenantIdFault } from '../base/ids.ts';
import type { Issue } from '../base/issue.ts';
import { type BindConflict, bindConflicts, renderConflict } from './bind-conflicts.ts';
import { EnvFiles } from './env-files.ts';
import { type Finding, renderKeyPath } from './finding.ts';
import type { SpecIssueCode } from './issue-codes.ts';
import { overlay } from './overlay.ts';
import { parseSettings, parseTenant, settingsIssue, tenantIssue } from './parse.ts';
import { type IncludePattern, includedFilePath, isIncluded, parseIncludePattern } from './paths.ts';
import {
  type HostFacts,
  resolveSettings,
  resolveTenant,
  type TenantContext,
  tenantContext,
} from './resolve.ts';
import type { SettingsInput, TenantInput } from './schema.ts';
import { SourceText, type Stanza, type YamlBudget } from './source-text.ts';
import { ioFault, type SpecIo } from './spec-io.ts';
import type { FleetSpec, TenantSpec } from './tenant-spec.ts';

export type FleetRequest = {
  /** The main file, absolute. */
  readonly file: string;
  readonly io: SpecIo;
  readonly facts: HostFacts;
  /** A reading of the same file that found no issue. */
  readonly previous?: FleetReading | null;
  /** More YAML than this is not parsed: `SPEC_TOO_LARGE` is thrown, and the caller may let another process read. */
  readonly maxYamlBytes?: number;
};

export type FleetReading = {
  /** null: there are issues. */
  readonly fleet: FleetSpec | null;
  readonly issues: readonly Issue[];
  /** The texts by their paths, the main file first. */
  readonly sources: ReadonlyMap<string, SourceText>;
  /** Where more files are looked for, whether there are any or not. */
  readonly includes: readonly IncludePattern[];
  /** Environment files by their paths. */
  readonly envTexts: ReadonlyMap<string, string>;
  /** What the next reading can take over. */
  readonly reuse: {
    readonly settings: SettingsInput;
    /** All that every spec depends on beside its tenant's own text. */
    readonly contextKey: string;
    readonly envFiles: ReadonlyMap<TenantId, string>;
  };
};

export async function readFleet(request: FleetRequest): Promise<FleetReading> {
  return new Reading(request).read();
}

class Reading {
  readonly #request: FleetRequest;
  readonly #budget: YamlBudget;
  readonly #env: EnvFiles;
  readonly #issues: Issue[] = [];
  readonly #sources = new Map<string, SourceText>();
  readonly #tenants = new Map<TenantId, TenantSpec>();
  readonly #origins = new Map<TenantId, { readonly source: SourceText; readonly stanza: Stanza }>();
  readonly #envFiles = new Map<TenantId, string>();

  constructor(request: FleetRequest) {
    this.#request = request;
    this.#budget = { leftBytes: request.maxYamlBytes ?? Number.POSITIVE_INFINITY };
    this.#env = new EnvFiles(request.io);
  }

  async read(): Promise<FleetReading> {
    const { file, facts } = this.#request;
    const fault = await this.#open(file);
    if (fault !== null) this.#issues.push(fileIssue(file, fault, 'SPEC_UNREADABLE'));
    const written = await this.#readSettings();
    const includes = await this.#openIncluded(written);
    const settings = resolveSettings(written, facts);
    const defaults = await this.#withEnvFile(written.defaults ?? {}, finding => this.#blameDefaults(finding));
    const { context, findings } = tenantContext(settings.runDir, defaults);
    for (const finding of findings) await this.#blameDefaults(finding);

    const contextKey = JSON.stringify([settings.runDir, defaults]);
    await this.#readTenants(context, contextKey);
    for (const conflict of bindConflicts(settings, this.#tenants.values()))
      await this.#blameConflict(conflict);
    for (const { path, faults, places } of this.#sources.values()) {
      this.#issues.push(
        ...faults.map(({ message, at }) => fileIssue(path, message, 'SPEC_SYNTAX', places(at))),
      );
    }
    this.#issues.push(...this.#env.issues);
    const tenants = this.#tenants;
    return {
      fleet: this.#issues.length > 0 ? null : Object.freeze({ ...settings, tenants }),
      issues: this.#issues.sort(byPlace([...this.#sources.keys()])),
      sources: this.#sources,
      includes,
      envTexts: this.#env.texts,
      reuse: { settings: written, contextKey, envFiles: this.#envFiles },
    };
  }

  get #main(): SourceText | undefined {
    return this.#sources.get(this.#request.file);
  }

  /** What is wrong, or null when the file is open. */
  async #open(path: string): Promise<string | null> {
    try {
      this.#sources.set(path, new SourceText(path, await this.#request.io.readText(path)));
      return null;
    } catch (error) {
      return ioFault(error);
    }
  }

  async #readSettings(): Promise<SettingsInput> {
    const { previous, file } = this.#request;
    const before = previous?.sources.get(file);
    if (!this.#main) return {};
    if (previous && before && this.#main.hasSectionsOf(before)) return previous.reuse.settings;
    const { value, issues } = await parseSettings(this.#main, await this.#main.sections(this.#budget));
    this.#issues.push(...issues);
    return value;
  }

  async #openIncluded(written: SettingsInput): Promise<IncludePattern[]> {
    const patterns: IncludePattern[] = [];
    for (const [index, text] of (written.include ?? []).entries()) {
      const pattern = parseIncludePattern(this.#request.file, text);
      const fault = pattern ? await this.#openMatches(pattern) : 'must have * and ? in its last part alone';
      if (pattern) patterns.push(pattern);
      if (fault === null) continue;
      const message = pattern ? `${includedFilePath(pattern, pattern.names)} ${fault}` : fault;
      const code = pattern ? 'SPEC_UNREADABLE' : 'SPEC_BAD_VALUE';
      await this.#blameSettings({ code, message, path: ['include', index], at: 'value' });
    }
    for (const source of this.#sources.values()) {
      if (source === this.#main) continue;
      for (const { key, keyAt } of await source.sections(this.#budget)) {
        const message = `unknown key "${key}": an included file has "tenants" and nothing else`;
        const place = { path: key, ...source.places(keyAt) };
        this.#issues.push(fileIssue(source.path, message, 'SPEC_UNKNOWN_KEY', place));
      }
    }
    return patterns;
  }

  /** What is wrong with a file that is meant, or null. */
  async #openMatches(pattern: IncludePattern): Promise<string | null> {
    const { io } = this.#request;
    const isOne = !/[*?]/.test(pattern.names);
    const names = isOne
      ? [pattern.names]
      : (await io.listDir(pattern.dir)).filter(name => isIncluded(pattern, name));
    for (const name of names.toSorted()) {
      const path = includedFilePath(pattern, name);
      const fault = this.#sources.has(path) ? null : await this.#open(path);
      if (fault !== null) return fault;
    }
    return null;
  }

  async #readTenants(context: TenantContext, contextKey: string): Promise<void> {
    const previous = this.#request.previous?.reuse.contextKey === contextKey ? this.#request.previous : null;
    const changedEnv = previous ? await this.#changedEnvFiles(previous) : new Set();
    for (const source of this.#sources.values()) {
      const before = previous?.sources.get(source.path);
      const isKnown = (name: string) =>
        before !== undefined &&
        source.hasTenantOf(before, name) &&
        !changedEnv.has(previous?.reuse.envFiles.get(name as TenantId));
      for (const stanza of await source.stanzas(isKnown, this.#budget)) {
        const id = this.#newId(source, stanza);
        if (id === null) continue;
        const known = stanza.body === null ? previous?.fleet?.tenants.get(id) : undefined;
        const envFile = known ? previous?.reuse.envFiles.get(id) : undefined;
        if (envFile !== undefined) this.#envFiles.set(id, envFile);
        this.#tenants.set(id, known ?? (await this.#readTenant(id, source, stanza, context)));
      }
    }
  }

  async #changedEnvFiles(previous: FleetReading): Promise<Set<string | undefined>> {
    const changed = new Set<string | undefined>();
    for (const path of new Set(previous.reuse.envFiles.values())) {
      if ((await this.#env.text(path)) !== previous.envTexts.get(path)) changed.add(path);
    }
    return changed;
  }

  /** The tenant's name when it may be called so and nobody else is. */
  #newId(source: SourceText, stanza: Stanza): TenantId | null {
    const { name } = stanza;
    const id = parseTenantId(name);
    if (id === null) {
      const message = `"${name}" ${tenantIdFault(name)}`;
      const spelled = name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '');
      const hint = parseTenantId(spelled) && spelled !== name ? { hint: `${spelled} would do` } : {};
      const finding: Finding = { code: 'SPEC_BAD_NAME', message, path: [], at: 'key', ...hint };
      this.#issues.push(tenantIssue(source, stanza, finding));
      return null;
    }
    const other = this.#origins.get(id);
    if (other) {
      const { line } = other.source.places(other.stanza.keyAt);
      const message = `"${name}" is in ${other.source.path}:${line} already`;
      this.#issues.push(
        tenantIssue(source, stanza, { code: 'SPEC_TENANT_TWICE', message, path: [], at: 'key' }),
      );
      return null;
    }
    this.#origins.set(id, { source, stanza });
    return id;
  }

  async #readTenant(
    id: TenantId,
    source: SourceText,
    stanza: Stanza,
    context: TenantContext,
  ): Promise<TenantSpec> {
    const blame = (finding: Finding) => this.#issues.push(tenantIssue(source, stanza, finding));
    const { value, issues } = await parseTenant(source, stanza);
    this.#issues.push(...issues);
    if (value?.envFile !== undefined) this.#envFiles.set(id, value.envFile);
    const own = value && (await this.#withEnvFile(value, blame));
    const { spec, findings } = resolveTenant(id, own, context);
    // What only follows from a mistake told already is not one of its own.
    const isTold = (path: string) => issues.some(issue => issue.path.startsWith(path));
    findings.filter(({ path }) => !isTold(renderKeyPath(['tenants', id, ...path]))).forEach(blame);
    return spec;
  }

  /** What the environment file says, below what is written beside it. */
  async #withEnvFile(written: TenantInput, blame: (finding: Finding) => unknown): Promise<TenantInput> {
    if (written.envFile === undefined) return written;
    const input = await this.#env.input(written.envFile);
    if (input !== null) return overlay(written, input);
    const message = this.#env.fault(written.envFile);
    await blame({ code: 'SPEC_UNREADABLE', message, path: ['envFile'], at: 'value' });
    return written;
  }

  async #blameSettings(finding: Finding): Promise<void> {
    if (this.#main)
      this.#issues.push(settingsIssue(this.#main, await this.#main.sections(this.#budget), finding));
  }

  #blameDefaults(finding: Finding): Promise<void> {
    return this.#blameSettings({ ...finding, path: ['defaults', ...finding.path] });
  }

  async #blameConflict(conflict: BindConflict): Promise<void> {
    const origin = this.#origins.get(conflict.tenant);
    if (!origin) return;
    const { source, stanza } = origin;
    const stanzas = stanza.body ? [stanza] : await source.stanzas(name => name !== stanza.name, this.#budget);
    const path = ['listeners', conflict.listener, 'bind', conflict.bindIndex];
    const finding: Finding = {
      code: 'SPEC_BIND_TAKEN',
      message: renderConflict(conflict),
      path,
      at: 'value',
    };
    this.#issues.push(
      tenantIssue(source, stanzas.find(each => each.name === stanza.name) ?? stanza, finding),
    );
  }
}

function fileIssue(file: string, message: string, code: SpecIssueCode, place: Partial<Issue> = {}): Issue {
  return { code, severity: 'error', message, path: '', file, ...place };
}

/** In the order of the files; environment files last. */
function byPlace(files: readonly string[]): (a: Issue, b: Issue) => number {
  const rank = (issue: Issue) => {
    const index = files.indexOf(issue.file ?? '');
    return index === -1 ? files.length : index;
  };
  return (a, b) =>
    rank(a) - rank(b) ||
    (a.file ?? '').localeCompare(b.file ?? '') ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0);
}
