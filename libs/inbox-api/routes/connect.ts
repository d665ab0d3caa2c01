import { dayOf } from '../../mail/day-of.ts';
import { toJson } from '../../mail/row.ts';
import type { Connect } from '../../wire/inbox-http.ts';
import type { InboxRequest } from '../inbox-request.ts';
import { jsonText, type Reply } from '../reply.ts';
import { zoneOf } from '../time-zone.ts';

/**
 * `GET api/v1/connect`: the tenant's own listeners, to be pasted into an application, and what it keeps. `Evicted` are the
 * mails that its limits removed today, in the zone `tz`. Names of users, never a secret.
 */
export async function getConnect({ tenant, query, nowMs }: InboxRequest): Promise<Reply> {
  const { listeners, keeps } = await tenant.reachability();
  return jsonText(
    toJson({
      Listeners: listeners.map(({ id, protocol, tls, requireStarttls, login, users, addresses }) => ({
        ID: id,
        Protocol: protocol,
        TLS: tls,
        RequireSTARTTLS: requireStarttls,
        Login: login,
        Users: users,
        Addresses: addresses.map(({ socket, host, port }) => ({ Socket: socket, Host: host, Port: port })),
      })),
      Keeps: { Messages: keeps.maxMessages, AgeMs: keeps.maxAgeMs, Bytes: keeps.maxBytes },
      MaxMessageSize: tenant.settings.maxMessageSizeBytes,
      Evicted: tenant.evictedSince(dayOf(nowMs, zoneOf(query)).fromMs),
    } satisfies Connect),
  );
}
