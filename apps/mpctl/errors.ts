import type { MpctlError } from '../../libs/base/error.ts';
import { renderIssue } from '../../libs/base/issue.ts';
import { printable } from '../../libs/base/quote.ts';
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
  const lines = [`mpctl: ${error.message}`, ...(error.hint ? [`  ${error.hint}`] : [])];
  printNote(
    lines
      .flatMap(line => line.split('\n'))
      .map(printable)
      .join('\n'),
  );
  if (json) printJson({ error: { code: error.code, message: error.message, hint: error.hint, issues } });
}
