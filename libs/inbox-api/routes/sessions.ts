import { toJson } from '../../mail/row.ts';
import type { SmtpSession } from '../../wire/inbox-http.ts';
import type { InboxRequest } from '../inbox-request.ts';
import { jsonText, type Reply } from '../reply.ts';

const timeOf = (atMs: number) => new Date(atMs).toISOString();

/** `GET api/v1/sessions`: the last SMTP sessions line by line, newest session first; no secrets and no mail data. */
export function listSessions({ tenant }: InboxRequest): Reply {
  const sessions = tenant.sessions().toReversed();
  return jsonText(
    toJson({
      Sessions: sessions.map(
        ({ id, startedAtMs, endedAtMs, remoteAddress, tls, complete, lines }): SmtpSession => ({
          ID: id,
          Started: timeOf(startedAtMs),
          Ended: endedAtMs === null ? '' : timeOf(endedAtMs),
          RemoteAddress: remoteAddress,
          TLS: tls,
          Complete: complete,
          Lines: lines.map(({ atMs, from, text }) => ({ At: timeOf(atMs), From: from, Text: text })),
        }),
      ),
    }),
  );
}
