/**
 * From files to a fleet: the main file, what it includes, environment files. Here parsing, defaults and the rules across
 * tenants come together; what is read, the caller reads.
 *
 * Given the reading before, a tenant whose text did not change keeps its spec, the same object: a change in a file of
 * 9,000 tenants costs milliseconds, and no YAML but that of the change is parsed.
 */
import { parseTenantId, type TenantId } from '../base/ids.ts';
import type { Issue } from '../base/issue.ts';
import { quote } from '../base/quote.ts';
import { bindConflicts } from './bind-conflicts.ts';
import { type Finding, renderKeyPath } from './finding.ts';
import { FleetIssues } from './fleet-issues.ts';
import { hostConflicts } from './host-conflicts.ts';
import { overlay } from './overlay.ts';
import { parseSettings, parseTenant } from './parse.ts';
import { type IncludePattern, includedFilePath, isIncluded, parseIncludePattern } from './paths.ts';
import {
  type HostFacts,
  resolveSettings,
  resolveTenant,
  type TenantContext,
  tenantContext,
} from './resolve.ts';
import type { SettingsInput, TenantInput } from './schema.ts';
import { SideFiles } from './side-files.ts';
import { SourceText, type Stanza, type YamlBudget } from './source-text.ts';
import { ioFault, type SpecIo } from './spec-io.ts';
import { tenantNameFinding } from './tenant-name.ts';
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
  /** Files of environments and tags by their paths. */
  readonly sideTexts: ReadonlyMap<string, string>;
  /** What the next reading can take over. */
  readonly reuse: {
    readonly settings: SettingsInput;
    /** All that every spec depends on beside its tenant's own text. */
    readonly contextKey: string;
    /** What the daemon itself listens on. */
    readonly addressKey: string;
    /** Those that each tenant names. */
    readonly sideFiles: ReadonlyMap<TenantId, readonly string[]>;
  };
};

export async function readFleet(request: FleetRequest): Promise<FleetReading> {
  const draft = await readDraft(request);
  return draft.issues.length === 0 ? draft : { ...draft, fleet: null };
}

/** The same with what is right of the fleet, whatever the issues: for who looks for more of them in one go. */
export function readDraft(request: FleetRequest): Promise<FleetReading & { readonly fleet: FleetSpec }> {
  return new Reading(request).read();
}

class Reading {
  readonly #request: FleetRequest;
  readonly #previous: FleetReading | null;
  readonly #budget: YamlBudget;
  readonly #side: SideFiles;
  readonly #sources = new Map<string, SourceText>();
  readonly #issues: FleetIssues;
  readonly #tenants = new Map<TenantId, TenantSpec>();
  readonly #changed: TenantSpec[] = [];
  readonly #sideFiles = new Map<TenantId, readonly string[]>();

  constructor(request: FleetRequest) {
    this.#request = request;
    this.#previous = request.previous ?? null;
    this.#budget = { leftBytes: request.maxYamlBytes ?? Number.POSITIVE_INFINITY };
    this.#side = new SideFiles(request.io);
    this.#issues = new FleetIssues(request.file, this.#sources, this.#budget);
  }

  async read(): Promise<FleetReading & { readonly fleet: FleetSpec }> {
    const { file, facts } = this.#request;
    const fault = await this.#open(file);
    if (fault !== null) this.#issues.ofFile('SPEC_UNREADABLE', fault, file);
    const written = await this.#readSettings();
    const includes = await this.#openIncluded(written);
    const settings = resolveSettings(written, facts);
    const blame = (finding: Finding) => this.#issues.ofDefaults(finding);
    const defaults = await this.#withSideFiles(written.defaults ?? {}, blame);
    const { baseDomain } = settings.proxy;
    const { context, findings } = tenantContext(settings.runDir, baseDomain, defaults, this.#side.tagFilters);
    for (const finding of findings) await blame(finding);

    if (written.proxy && baseDomain === '') {
      const message = 'must say the domain of the tenants: baseDomain';
      await this.#issues.ofSettings({
        code: 'SPEC_MISSING_BASE_DOMAIN',
        message,
        path: ['proxy'],
        at: 'key',
      });
    }

    const contextKey = JSON.stringify([
      settings.runDir,
      baseDomain,
      defaults,
      this.#side.tagFilters.get(defaults.tags?.config ?? ''),
    ]);
    const addressKey = JSON.stringify([settings.control, settings.metrics]);
    const previous = this.#previous?.reuse.contextKey === contextKey ? this.#previous : null;
    await this.#readTenants(context, previous);
    await this.#missTenants(written);
    const scope = previous?.reuse.addressKey === addressKey ? { suspects: this.#changed } : {};
    for (const conflict of bindConflicts(settings, this.#tenants.values(), scope)) {
      await this.#issues.ofBind(conflict);
    }
    const claimants = previous ? this.#changed : undefined;
    for (const conflict of hostConflicts(baseDomain, this.#tenants.values(), claimants)) {
      await this.#issues.ofHost(conflict);
    }
    for (const source of this.#sources.values()) {
      const { path, faults, places } = source;
      for (const { message, at } of faults) this.#issues.ofFile('SPEC_SYNTAX', message, path, places(at));
      source.forget();
    }
    this.#issues.add(...this.#side.issues);
    const tenants = this.#tenants;
    return {
      fleet: Object.freeze({ ...settings, tenants }),
      issues: this.#issues.list(),
      sources: this.#sources,
      includes,
      sideTexts: this.#side.texts,
      reuse: { settings: written, contextKey, addressKey, sideFiles: this.#sideFiles },
    };
  }

  get #main(): SourceText | undefined {
    return this.#sources.get(this.#request.file);
  }

  /** What is wrong, or null when the file is open. */
  async #open(path: string): Promise<string | null> {
    try {
      const text = await this.#request.io.readText(path);
      const before = this.#previous?.sources.get(path);
      this.#sources.set(path, before?.text === text ? before : new SourceText(path, text));
      return null;
    } catch (error) {
      return ioFault(error);
    }
  }

  async #readSettings(): Promise<SettingsInput> {
    const before = this.#previous?.sources.get(this.#request.file);
    if (!this.#main) return {};
    if (this.#previous && before && this.#main.hasSectionsOf(before)) return this.#previous.reuse.settings;
    const { value, issues } = await parseSettings(this.#main, await this.#main.sections(this.#budget));
    this.#issues.add(...issues);
    return value;
  }

  async #openIncluded(written: SettingsInput): Promise<IncludePattern[]> {
    const patterns: IncludePattern[] = [];
    for (const [index, text] of (written.include ?? []).entries()) {
      const path = ['include', index];
      const pattern = parseIncludePattern(this.#request.file, text);
      if (pattern === null) {
        const message = 'must have * and ? in its last part alone';
        await this.#issues.ofSettings({ code: 'SPEC_BAD_VALUE', message, path, at: 'value' });
        continue;
      }
      patterns.push(pattern);
      for (const message of await this.#openMatches(pattern)) {
        await this.#issues.ofSettings({ code: 'SPEC_UNREADABLE', message, path, at: 'value' });
      }
    }
    for (const source of this.#sources.values()) {
      if (source === this.#main || source === this.#previous?.sources.get(source.path)) continue;
      for (const { key, keyAt } of await source.sections(this.#budget)) {
        const message = `unknown key ${quote(key)}: an included file has "tenants" and nothing else`;
        this.#issues.ofFile('SPEC_UNKNOWN_KEY', message, source.path, source.places(keyAt), key);
      }
    }
    return patterns;
  }

  /** A text that lost everything must not run as a fleet of nobody in the default folders. */
  async #missTenants({ include = [] }: SettingsInput): Promise<void> {
    const main = this.#main;
    if (!main || main === this.#previous?.sources.get(main.path) || include.length > 0) return;
    if ((await main.hasTenants(this.#budget)) || main.faults.length > 0) return;
    // One that is not known may be meant to be it.
    const isMisspelt = this.#issues
      .list()
      .some(({ code, path }) => code === 'SPEC_UNKNOWN_KEY' && !path.includes('.'));
    if (isMisspelt) return;
    const isEmpty = (await main.sections(this.#budget)).length === 0;
    const message = isEmpty ? 'has nothing in it' : 'has neither "tenants" nor "include"';
    const hint = 'write `tenants: {}` for none';
    this.#issues.add({
      code: 'SPEC_NO_TENANTS',
      severity: 'error',
      message,
      hint,
      path: '',
      file: main.path,
    });
  }

  /** What is wrong with the files that are meant. */
  async #openMatches(pattern: IncludePattern): Promise<string[]> {
    const faults: string[] = [];
    try {
      const isOne = !/[*?]/.test(pattern.names);
      const names = isOne ? [pattern.names] : await this.#request.io.listDir(pattern.dir);
      for (const name of names.filter(name => isOne || isIncluded(pattern, name)).sort()) {
        const path = includedFilePath(pattern, name);
        if (path === this.#request.file && isOne) faults.push(`${path} is this file itself`);
        const fault = this.#sources.has(path) ? null : await this.#open(path);
        if (fault !== null) faults.push(`${path} ${fault}`);
      }
    } catch (error) {
      faults.push(`${pattern.dir} ${ioFault(error)}`);
    }
    return faults;
  }

  async #readTenants(context: TenantContext, previous: FleetReading | null): Promise<void> {
    const known = previous ? await this.#knownTenants(previous) : new Map<string, TenantSpec>();
    for (const source of this.#sources.values()) {
      const before = previous?.sources.get(source.path);
      const isKnown = (name: string) =>
        before !== undefined && known.has(name) && source.hasTenantOf(before, name);
      for (const stanza of await source.stanzas(isKnown, this.#budget)) {
        const spec = stanza.body === null ? known.get(stanza.name) : undefined;
        const id = spec?.id ?? parseTenantId(stanza.name);
        if (id === null) {
          this.#issues.ofStanza(source, stanza, tenantNameFinding(stanza.name));
          continue;
        }
        if (this.#tenants.has(id)) {
          await this.#issues.ofTwice(id, source, stanza);
          continue;
        }
        const sideFiles = spec && previous?.reuse.sideFiles.get(id);
        if (sideFiles !== undefined) this.#sideFiles.set(id, sideFiles);
        this.#tenants.set(id, spec ?? (await this.#readTenant(id, source, stanza, context)));
      }
    }
  }

  /** The specs that hold as long as their tenant's text does: all but those of which a file that they name changed. */
  async #knownTenants(previous: FleetReading): Promise<ReadonlyMap<string, TenantSpec>> {
    const tenants = previous.fleet?.tenants ?? new Map<TenantId, TenantSpec>();
    if (previous.reuse.sideFiles.size === 0) return tenants;
    const known = new Map(tenants);
    for (const [id, paths] of previous.reuse.sideFiles) {
      for (const path of paths)
        if ((await this.#side.text(path)) !== previous.sideTexts.get(path)) known.delete(id);
    }
    return known;
  }

  async #readTenant(
    id: TenantId,
    source: SourceText,
    stanza: Stanza,
    context: TenantContext,
  ): Promise<TenantSpec> {
    const blame = (finding: Finding) => this.#issues.ofStanza(source, stanza, finding);
    const { value, issues } = await parseTenant(source, stanza);
    this.#issues.add(...issues);
    const own = value && (await this.#withSideFiles(value, blame));
    const sideFiles = [own?.envFile, own?.tags?.config].filter(path => path !== undefined);
    if (sideFiles.length > 0) this.#sideFiles.set(id, sideFiles);
    const { spec, findings } = resolveTenant(id, own, context);
    // What only follows from a mistake told already is not one of its own.
    const isTold = (path: string) => issues.some(issue => issue.path.startsWith(path));
    findings.filter(({ path }) => !isTold(renderKeyPath(['tenants', id, ...path]))).forEach(blame);
    this.#changed.push(spec);
    return spec;
  }

  /** What the environment file says, below what is written beside it; the file of tags is looked at, too. */
  async #withSideFiles(written: TenantInput, blame: (finding: Finding) => unknown): Promise<TenantInput> {
    const refuse = (file: string, path: Finding['path']) =>
      blame({ code: 'SPEC_UNREADABLE', message: this.#side.fault(file), path, at: 'value' });
    const { envFile } = written;
    const input = envFile === undefined ? {} : await this.#side.input(envFile);
    if (input === null) await refuse(envFile as string, ['envFile']);
    const all = overlay(written, input ?? {});
    const config = all.tags?.config;
    if (config !== undefined && !(await this.#side.readTags(config)))
      await refuse(config, ['tags', 'config']);
    return all;
  }
}
