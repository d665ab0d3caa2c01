/** The tenant's HTTP API as data, under the names that the page has for it. */
export type {
  Address,
  AppInformation as Info,
  Attachment as Part,
  ChaosState as Chaos,
  ChaosTriggerState as ChaosTrigger,
  Connect,
  ConnectListener as Reachable,
  DayCount,
  MailChanges as Changes,
  Message,
  MessageSummary as Summary,
  MessagesSummary as Page,
  PartStructure,
  SmtpSession,
  WebUiConfiguration as WebUi,
} from '../../../../libs/wire/inbox-http.ts';
