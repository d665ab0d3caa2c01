import { MpctlError } from '../../libs/base/error.ts';
import type { Issue } from '../../libs/base/issue.ts';

/** The tenants file, or what was asked to be written there, is not right. */
export class IssuesError extends MpctlError {
  override name = 'IssuesError';
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], message: string, hint = '') {
    super('CLI_ISSUES', message, { hint });
    this.issues = issues;
  }
}
