import { printable } from './quote.ts';

/** What is wrong with somebody's input: where it stands, what is allowed, how to mend it. Always reported all at once. */
export type Issue = {
  /** From the lib's own table, e.g. `SPEC_UNKNOWN_KEY`. */
  readonly code: string;
  /** `error` refuses the input; `warning` lets it through and is shown. */
  readonly severity: 'error' | 'warning';
  /** One sentence without the place, e.g. `unknown key "maxMesages"`. */
  readonly message: string;
  /** The key's path, e.g. `tenants.project-a.maxMesages`; empty for the whole file. */
  readonly path: string;
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based, in characters. */
  readonly column?: number;
  /** e.g. `did you mean maxMessages?` */
  readonly hint?: string;
};

/** A path that is longer ends in `…`: somebody gave a key a text for a name. */
const maxPathLength = 120;

/** `file:line:column: path: message (hint)` in one line for a terminal, leaving out what is not known. */
export function renderIssue(issue: Issue): string {
  const place = [issue.file, issue.line, issue.column].filter(part => part !== undefined).join(':');
  const path = issue.path.length > maxPathLength ? `${issue.path.slice(0, maxPathLength)}…` : issue.path;
  const head = [place, path].filter(part => part !== '').join(': ');
  const level = issue.severity === 'warning' ? 'warning: ' : '';
  const hint = issue.hint ? ` (${issue.hint})` : '';
  return printable(`${head === '' ? '' : `${head}: `}${level}${issue.message}${hint}`);
}
