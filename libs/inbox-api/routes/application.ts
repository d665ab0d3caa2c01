import { type ChaosTrigger, type ChaosTriggers, noChaos } from '../../base/chaos.ts';
import { toJson } from '../../mail/row.ts';
import type {
  AppInformation,
  ChaosState,
  ChaosTriggerState,
  WebUiConfiguration,
} from '../../wire/inbox-http.ts';
import { renderSwagger } from '../api-description.ts';
import { apiVersion } from '../api-version.ts';
import type { InboxRequest } from '../inbox-request.ts';
import { readWish } from '../read-wish.ts';
import { badRequest, jsonText, type Reply } from '../reply.ts';

/** `GET api/v1/info` */
export async function getInfo({ tenant, nowMs }: InboxRequest): Promise<Reply> {
  const { mailbox, counters } = tenant;
  const [counts, tags, usage] = await Promise.all([mailbox.counts(), mailbox.tags(), tenant.usage()]);
  const byName = tags.map(({ name, count }) => [name, count] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  return jsonText(
    toJson({
      Version: apiVersion,
      LatestVersion: 'disabled',
      Database: `${tenant.id}.db`,
      DatabaseSize: usage.databaseBytes,
      Messages: counts.total,
      Unread: counts.unread,
      Tags: Object.fromEntries(byName),
      RuntimeStats: {
        Uptime: Math.floor((nowMs - tenant.startedAtMs) / 1000),
        Memory: usage.memoryBytes,
        MessagesDeleted: counters.deleted,
        SMTPAccepted: counters.accepted,
        SMTPAcceptedSize: counters.acceptedBytes,
        SMTPRejected: counters.rejected,
        SMTPIgnored: counters.ignored,
      },
    } satisfies AppInformation),
  );
}

/** `GET api/v1/swagger.json`: the API, described. */
export function getSwagger({ tenant }: InboxRequest): Reply {
  return jsonText(renderSwagger(tenant.settings.webroot));
}

/** `GET api/v1/webui`: what a page needs to know of how the tenant is set up. */
export function getWebUi({ tenant: { settings } }: InboxRequest): Reply {
  return jsonText(
    toJson({
      Label: settings.label,
      MessageRelay: {
        Enabled: false,
        SMTPServer: '',
        ReturnPath: '',
        AllowedRecipients: '',
        BlockedRecipients: '',
        OverrideFrom: '',
        PreserveMessageIDs: false,
        RecipientAllowlist: '',
      },
      SpamAssassin: false,
      ChaosEnabled: settings.enableChaos,
      DuplicatesIgnored: settings.ignoreDuplicateIds,
      HideDeleteAllButton: settings.hideDeleteAllButton,
    } satisfies WebUiConfiguration),
  );
}

const chaosOff = badRequest('Chaos is not enabled');

/** `GET api/v1/chaos` */
export function getChaos({ tenant }: InboxRequest): Reply {
  return tenant.settings.enableChaos ? jsonText(renderTriggers(tenant.chaosTriggers())) : chaosOff;
}

const triggerShape = { ErrorCode: 'int', Probability: 'int' } as const;

/** `PUT api/v1/chaos`: what is left out is as if there were no chaos. */
export async function setChaos(request: InboxRequest): Promise<Reply> {
  const { tenant } = request;
  if (!tenant.settings.enableChaos) return chaosOff;
  const wish = await readWish(request, {
    Sender: triggerShape,
    Recipient: triggerShape,
    Authentication: triggerShape,
  });
  const wanted = [
    ['sender', wish.Sender],
    ['recipient', wish.Recipient],
    ['authentication', wish.Authentication],
  ] as const;
  for (const [name, { ErrorCode = 0, Probability: probability = 0 } = {}] of wanted) {
    const code = ErrorCode || noChaos[name].code;
    if (code < 400 || code > 599) return badRequest('error code must be between 400 and 599');
    if (probability < 0 || probability > 100) return badRequest('probability must be between 0 and 100');
    // One by one: those before a wrong one hold, as clients know it.
    tenant.setChaosTriggers({ ...tenant.chaosTriggers(), [name]: { code, probability } });
  }
  return jsonText(renderTriggers(tenant.chaosTriggers()));
}

function renderTriggers({ sender, recipient, authentication }: ChaosTriggers): string {
  const trigger = ({ code, probability }: ChaosTrigger): ChaosTriggerState => ({
    ErrorCode: code,
    Probability: probability,
  });
  return toJson({
    Sender: trigger(sender),
    Recipient: trigger(recipient),
    Authentication: trigger(authentication),
  } satisfies ChaosState);
}
