import type { Issue } from '../base/issue.ts';
import { encodingFault } from './encoding-fault.ts';
import { parseEnvFile } from './parse.ts';
import type { TenantInput } from './schema.ts';
import { SourceText } from './source-text.ts';
import { ioFault, type SpecIo } from './spec-io.ts';
import { parseTagFile } from './tag-filters.ts';
import type { TagFilterSpec } from './tags-spec.ts';

/** The files of one reading that tenants name, of environments and of tags, each read once, whoever names it. */
export class SideFiles {
  readonly #io: SpecIo;
  readonly #texts = new Map<string, string>();
  readonly #faults = new Map<string, string>();
  readonly #inputs = new Map<string, TenantInput>();
  readonly #tagFilters = new Map<string, readonly TagFilterSpec[]>();
  readonly issues: Issue[] = [];

  constructor(io: SpecIo) {
    this.#io = io;
  }

  get texts(): ReadonlyMap<string, string> {
    return this.#texts;
  }

  /** null: see {@link fault}. */
  async text(path: string): Promise<string | null> {
    if (!this.#texts.has(path) && !this.#faults.has(path)) {
      try {
        const text = await this.#io.readText(path);
        this.#texts.set(path, text);
        this.#blameEncoding(path, text);
      } catch (error) {
        this.#faults.set(path, ioFault(error));
      }
    }
    return this.#texts.get(path) ?? null;
  }

  /** What an environment file says; null: it cannot be read. What is wrong in it goes to the issues, once. */
  async input(path: string): Promise<TenantInput | null> {
    const known = this.#inputs.get(path);
    if (known) return known;
    const text = await this.text(path);
    if (text === null) return null;
    const { value, issues } = await parseEnvFile(path, text);
    this.#inputs.set(path, value);
    this.issues.push(...issues);
    return value;
  }

  /** What the files of tags say that {@link readTags} was called with. */
  get tagFilters(): ReadonlyMap<string, readonly TagFilterSpec[]> {
    return this.#tagFilters;
  }

  /** Whether a file of tags could be read. What is wrong in it goes to the issues, once. */
  async readTags(path: string): Promise<boolean> {
    if (this.#tagFilters.has(path)) return true;
    const text = await this.text(path);
    if (text === null) return false;
    const { value, issues } = await parseTagFile(path, text);
    this.#tagFilters.set(path, value);
    this.issues.push(...issues);
    return true;
  }

  #blameEncoding(path: string, text: string): void {
    const fault = encodingFault(text);
    if (fault === null) return;
    const place = new SourceText(path, text).places(fault.at);
    const { message } = fault;
    this.issues.push({ code: 'SPEC_SYNTAX', severity: 'error', message, path: '', file: path, ...place });
  }

  fault(path: string): string {
    return `${path} ${this.#faults.get(path) ?? ''}`;
  }
}
