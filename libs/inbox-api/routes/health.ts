import type { InboxRequest } from '../inbox-request.ts';
import { plainError, type Reply } from '../reply.ts';

const fine: Reply = { status: 200, type: '', body: '' };

/** `GET livez`: the process answers. */
export const livez = (): Reply => fine;

/** `GET readyz`: the mailbox answers. */
export async function readyz({ tenant }: InboxRequest): Promise<Reply> {
  try {
    await tenant.mailbox.counts();
    return fine;
  } catch {
    // What failed is logged by the store; here only whether.
    return plainError(503, 'Service Unavailable');
  }
}
