import type { Issue } from '../base/issue.ts';
import type { ProxyIssueCode } from './issue-codes.ts';

/** Issues as they are found; `path` is the key's. */
export class IssueList {
  readonly all: Issue[] = [];

  get hasErrors(): boolean {
    return this.all.some(({ severity }) => severity === 'error');
  }

  error(code: ProxyIssueCode, path: string, message: string): void {
    this.all.push({ code, severity: 'error', path, message });
  }

  warn(code: ProxyIssueCode, path: string, message: string, hint = ''): void {
    this.all.push({ code, severity: 'warning', path, message, ...(hint ? { hint } : {}) });
  }
}
