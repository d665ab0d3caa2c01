import type { Issue } from '../base/issue.ts';
import type { SpecIssueCode } from './issue-codes.ts';
import { type KeyPath, placeOf, type Written } from './written.ts';

/** Something wrong with a value, before it is known where in which file the value stands. */
export type Finding = {
  readonly code: SpecIssueCode;
  readonly message: string;
  /** From the value that was looked at. What is not written is shown where the key above it is. */
  readonly path: KeyPath;
  /** Whether the key is wrong or what it says. */
  readonly at: 'key' | 'value';
  readonly hint?: string;
};

/** Said of the key `<<`, which YAML itself does not know any more. */
export const mergeKeyFault = {
  message: 'merge keys ("<<") are not supported',
  hint: 'what tenants have in common stands in defaults',
} as const;

/** Line and column of an offset, both from 1. */
export type Places = (offset: number) => { readonly line: number; readonly column: number };

/** The value in a file that findings are about; `prefix` is its key path. */
export type Looked = {
  readonly file: string;
  readonly written: Written;
  readonly prefix: KeyPath;
  readonly places: Places;
};

export function issueOf(finding: Finding, looked: Looked): Issue {
  return {
    code: finding.code,
    severity: 'error',
    message: finding.message,
    path: renderKeyPath([...looked.prefix, ...finding.path]),
    file: looked.file,
    ...looked.places(placeOf(looked.written, finding.path, finding.at)),
    ...(finding.hint === undefined ? {} : { hint: finding.hint }),
  };
}

/** `tenants.project-a.listeners.smtp.bind[1]` */
export function renderKeyPath(path: KeyPath): string {
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i > 0 ? `.${step}` : step)).join('');
}
