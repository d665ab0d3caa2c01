import type { TenantId } from '../base/ids.ts';
import type { Issue } from '../base/issue.ts';
import { type BindConflict, renderConflict } from './bind-conflicts.ts';
import type { Finding } from './finding.ts';
import type { HostConflict } from './host-conflicts.ts';
import type { SpecIssueCode } from './issue-codes.ts';
import { settingsIssue, tenantIssue } from './parse.ts';
import type { SourceText, Stanza, YamlBudget } from './source-text.ts';

type Place = { readonly line?: number; readonly column?: number };

/** Gathers what is wrong with the files of a fleet, and finds where in them it stands. */
export class FleetIssues {
  readonly #main: string;
  readonly #sources: ReadonlyMap<string, SourceText>;
  readonly #budget: YamlBudget;
  readonly #issues: Issue[] = [];

  /** `main` is the path of the main file; `sources` are those that are open by the time that something is said of them. */
  constructor(main: string, sources: ReadonlyMap<string, SourceText>, budget: YamlBudget) {
    this.#main = main;
    this.#sources = sources;
    this.#budget = budget;
  }

  /** In the order of the files; environment files last. */
  list(): Issue[] {
    return this.#issues.sort(byPlace([...this.#sources.keys()]));
  }

  add(...issues: readonly Issue[]): void {
    this.#issues.push(...issues);
  }

  ofFile(code: SpecIssueCode, message: string, file: string, place: Place = {}, path = ''): void {
    this.add({ code, severity: 'error', message, path, file, ...place });
  }

  ofStanza(source: SourceText, stanza: Stanza, finding: Finding): void {
    this.add(tenantIssue(source, stanza, finding));
  }

  async ofSettings(finding: Finding): Promise<void> {
    const main = this.#sources.get(this.#main);
    if (main) this.add(settingsIssue(main, await main.sections(this.#budget), finding));
  }

  ofDefaults(finding: Finding): Promise<void> {
    return this.ofSettings({ ...finding, path: ['defaults', ...finding.path] });
  }

  ofBind(conflict: BindConflict): Promise<void> {
    const path = ['listeners', conflict.listener, 'bind', conflict.bindIndex];
    const message = renderConflict(conflict);
    return this.#ofTenant(conflict.tenant, { code: 'SPEC_BIND_TAKEN', message, path, at: 'value' });
  }

  ofHost({ tenant, index, message }: HostConflict): Promise<void> {
    const path = ['hostnames', index];
    return this.#ofTenant(tenant, { code: 'SPEC_HOST_TAKEN', message, path, at: 'value' });
  }

  /** The tenant stands in the files a second time. */
  async ofTwice(id: TenantId, source: SourceText, stanza: Stanza): Promise<void> {
    const first = await this.#origin(id);
    const place = first
      ? `${first.source.path}:${first.source.places(first.stanza.keyAt).line}`
      : 'another file';
    const message = `"${id}" is in ${place} already`;
    this.ofStanza(source, stanza, { code: 'SPEC_TENANT_TWICE', message, path: [], at: 'key' });
  }

  async #ofTenant(tenant: TenantId, finding: Finding): Promise<void> {
    const origin = await this.#origin(tenant);
    if (origin) this.ofStanza(origin.source, origin.stanza, finding);
  }

  /** Where a tenant is written first. */
  async #origin(id: TenantId): Promise<{ source: SourceText; stanza: Stanza } | null> {
    for (const source of this.#sources.values()) {
      const stanza = await source.stanza(id, this.#budget);
      if (stanza) return { source, stanza };
    }
    return null;
  }
}

/** In the order of `files`, and of the lines in each. */
export function byPlace(files: readonly string[]): (a: Issue, b: Issue) => number {
  const ranks = new Map(files.map((file, index) => [file, index]));
  const rank = (issue: Issue) => ranks.get(issue.file ?? '') ?? files.length;
  return (a, b) =>
    rank(a) - rank(b) ||
    (a.file ?? '').localeCompare(b.file ?? '') ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0);
}
