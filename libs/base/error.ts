/**
 * A failure: the world said no (disk full, socket in use). Thrown, and handled by the nearest owner.
 * Wrong input is an {@link Issue} instead, and a broken assumption an assertion that nobody catches.
 */
export class MpctlError extends Error {
  override name = 'MpctlError';
  /** From the lib's own table, e.g. `SOCKET_IN_USE`. */
  readonly code: string;
  /** What to do about it, one sentence; empty when nothing is known. */
  readonly hint: string;

  constructor(code: string, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? '';
  }
}
