import { MpctlError } from '../base/error.ts';
import type { DryRunReply } from '../wire/control-http.ts';
import type { TenantChange } from '../wire/tenant-change.ts';

export class TenantEditor {
  async change(_change: TenantChange): Promise<void> {
    throw new MpctlError('NOT_BUILT', 'not there yet');
  }

  async preview(_change: TenantChange): Promise<DryRunReply> {
    throw new MpctlError('NOT_BUILT', 'not there yet');
  }
}
