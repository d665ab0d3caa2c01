import type { InboxRequest } from '../inbox-request.ts';
import type { Reply } from '../reply.ts';

type Metric = [
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  samples: readonly (readonly [label: string, value: number])[],
];

/** `GET metrics`, where it is on: the tenant's figures in Prometheus' text format, under Mailpit's names. */
export async function getMetrics({ tenant, nowMs }: InboxRequest): Promise<Reply> {
  const { mailbox, counters } = tenant;
  const [counts, tags, usage] = await Promise.all([mailbox.counts(), mailbox.tags(), tenant.usage()]);
  const one = (value: number) => [['', value]] as const;
  const metrics: Metric[] = [
    ['mailpit_database_size_bytes', 'gauge', 'Size of the mailbox in bytes', one(usage.databaseBytes)],
    ['mailpit_memory_usage_bytes', 'gauge', 'Memory that the tenant holds, in bytes', one(usage.memoryBytes)],
    ['mailpit_messages', 'gauge', 'Messages in the mailbox', one(counts.total)],
    ['mailpit_messages_deleted_total', 'counter', 'Messages deleted', one(counters.deleted)],
    ['mailpit_messages_unread', 'gauge', 'Unread messages in the mailbox', one(counts.unread)],
    [
      'mailpit_smtp_accepted_size_bytes_total',
      'counter',
      'Bytes of accepted messages',
      one(counters.acceptedBytes),
    ],
    ['mailpit_smtp_accepted_total', 'counter', 'Messages accepted', one(counters.accepted)],
    ['mailpit_smtp_ignored_total', 'counter', 'Messages ignored as duplicates', one(counters.ignored)],
    ['mailpit_smtp_rejected_total', 'counter', 'Messages rejected', one(counters.rejected)],
    [
      'mailpit_tag_messages',
      'gauge',
      'Messages by tag',
      tags.map(({ name, count }) => [`{tag="${name}"}`, count] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
    ],
    [
      'mailpit_uptime_seconds',
      'gauge',
      'Time since the tenant started',
      one((nowMs - tenant.startedAtMs) / 1000),
    ],
  ];
  return {
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
    body: metrics.map(render).join(''),
  };
}

function render([name, type, help, samples]: Metric): string {
  if (samples.length === 0) return '';
  const lines = samples.map(([label, value]) => `${name}${label} ${value}\n`).join('');
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines}`;
}
