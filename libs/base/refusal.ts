import { MpctlError } from './error.ts';
import type { Issue } from './issue.ts';

/** What was asked for is refused, with all that is wrong about it. */
export class Refusal extends MpctlError {
  override name = 'Refusal';
  readonly issues: readonly Issue[];

  constructor(code: string, message: string, issues: readonly Issue[] = [], hint = '') {
    super(code, message, { hint });
    this.issues = issues;
  }
}
