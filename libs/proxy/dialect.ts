import type { Directive } from './directive.ts';
import type { ProxyModel } from './proxy-model.ts';
import type { Escapes, TemplateData } from './template.ts';

/** A file to write: from which template, with what in its holes. */
export type ProxyDocument = {
  /** Relative to the version's folder. */
  readonly path: string;
  readonly template: string;
  readonly data: TemplateData;
};

/** What differs between nginx and Apache. */
export type Dialect = {
  /** Every template's name, those that others take in too. */
  readonly templates: readonly string[];
  readonly escapes: Escapes;
  documents(model: ProxyModel): ProxyDocument[];
  parseTree(text: string): Directive[];
  /** Which of a directive's arguments are read as regular expressions. */
  patternArgs(directive: Directive): readonly string[];
};
