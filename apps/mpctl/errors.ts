import type { MpctlError } from '../../libs/base/error.ts';
import { renderIssue } from '../../libs/base/issue.ts';
import { Refusal } from '../../libs/base/refusal.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { printJson, printNote } from './print.ts';

/** Error code → exit code; every other one is 1. */
const exitCodes: Readonly<Record<string, ExitCode>> = {
  CLI_USAGE: exitCode.usage,
  BAD_REQUEST: exitCode.usage,
  TENANT_NOT_FOUND: exitCode.notFound,
  TENANT_EXISTS: exitCode.exists,
  BAD_TENANTS_FILE: exitCode.badFile,
  BAD_BACKUP: exitCode.badFile,
  BAD_ARCHIVE: exitCode.badFile,
  FILE_EXISTS: exitCode.exists,
  LIMIT_REACHED: exitCode.limit,
  NO_CONTROLLER: exitCode.noController,
};

export function exitCodeOf(error: MpctlError): ExitCode {
  return exitCodes[error.code] ?? exitCode.failed;
}

/** The text and what to do about it on stderr; as a document on stdout too where one is expected there. */
export function reportError(error: MpctlError, json: boolean): void {
  const issues = error instanceof Refusal ? error.issues : [];
  for (const issue of issues) printNote(renderIssue(issue));
  printNote(`mpctl: ${error.message}${error.hint ? `\n  ${error.hint}` : ''}`);
  if (json) printJson({ error: { code: error.code, message: error.message, hint: error.hint, issues } });
}
