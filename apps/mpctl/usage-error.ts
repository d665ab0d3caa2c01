import { MpctlError } from '../../libs/base/error.ts';

/** The command line itself is wrong; the hint says how it should look. */
export class UsageError extends MpctlError {
  override name = 'UsageError';

  constructor(message: string, hint = '') {
    super('CLI_USAGE', message, { hint });
  }
}
