import { MpctlError } from '../base/error.ts';
import type { TenantId } from '../base/ids.ts';
import { newTally } from '../tenant/tally.ts';
import type { TenantReport } from '../wire/report.ts';
import type { FromShard, ToShard } from '../wire/shard-channel.ts';
import { failureOfWork } from './do-mail-work.ts';

/** What is answered when doing as a message said threw; null: nobody waits for an answer. */
export function failureAnswer(message: ToShard, error: unknown): FromShard | null {
  switch (message.type) {
    case 'open':
      return { type: 'done', seq: message.seq, failures: [failed(message.tenant.spec.id, error)] };
    case 'change':
      return { type: 'done', seq: message.seq, failures: [failed(message.spec.id, error)] };
    case 'close':
      return { type: 'done', seq: message.seq, failures: [failed(message.tenant, error)] };
    case 'report':
    case 'sessions':
      return { type: 'failed', seq: message.seq, failure: failureOfWork(error) };
    default:
      return null;
  }
}

/** A tenant of another shard, or of none. */
export const notHere = (id: TenantId) =>
  failed(id, new MpctlError('SHARD_TENANT_UNKNOWN', 'this shard does not host the tenant'));

function failed(id: TenantId, cause: unknown): TenantReport {
  const counters = { ...newTally() };
  const { code, message } = failureOfWork(cause);
  return {
    id,
    state: 'failed',
    error: `${code}: ${message}`,
    mendsItself: false,
    connections: 0,
    messages: 0,
    bytes: 0,
    counters,
  };
}
