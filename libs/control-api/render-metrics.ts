import type { ControlStatus, ShardStatus } from '../wire/control-http.ts';

type Sample = readonly [labels: string, value: number];

/** The fleet in Prometheus' text format. A shard's counters begin anew with its process, as `rate()` expects it. */
export function renderMetrics({
  config,
  proxy,
  tenants,
  shards,
  sparePid,
  damagedJournalParts,
}: ControlStatus): string {
  const perShard = (value: (shard: ShardStatus) => number): Sample[] =>
    shards.map(shard => [`{shard="${shard.shard}"}`, value(shard)]);
  const one = (value: number): Sample[] => [['', value]];
  const proxyStates = proxy ? [[`{state="${proxy.state}"}`, 1] satisfies Sample] : [];
  const states = Object.entries(tenants.states).map(([state, n]): Sample => [`{state="${state}"}`, n]);
  return [
    family('tenants', 'gauge', 'Tenants by state.', states),
    family(
      'connections',
      'gauge',
      'Connections of clients.',
      perShard(s => s.connections),
    ),
    family(
      'mails_accepted_total',
      'counter',
      'Mails taken.',
      perShard(s => s.totals.accepted),
    ),
    family(
      'mail_bytes_accepted_total',
      'counter',
      'Bytes of mail taken.',
      perShard(s => s.totals.acceptedBytes),
    ),
    family(
      'mails_rejected_total',
      'counter',
      'Mails refused.',
      perShard(s => s.totals.rejected),
    ),
    family(
      'mails_ignored_total',
      'counter',
      'Mails taken and not stored.',
      perShard(s => s.totals.ignored),
    ),
    family(
      'mails_deleted_total',
      'counter',
      'Mails deleted.',
      perShard(s => s.totals.deleted),
    ),
    family(
      'shard_up',
      'gauge',
      'Whether the shard answers.',
      perShard(s => (s.state === 'up' ? 1 : 0)),
    ),
    family(
      'spare_up',
      'gauge',
      'Whether a process is ready to become a shard.',
      one(sparePid === null ? 0 : 1),
    ),
    family(
      'shard_restarts_total',
      'counter',
      'Starts of the shard after its first.',
      perShard(s => s.restarts),
    ),
    family(
      'shard_resident_bytes',
      'gauge',
      'Memory of the shard.',
      perShard(s => s.rssBytes),
    ),
    family(
      'shard_longest_block_seconds',
      'gauge',
      'Longest time that the event loop was blocked in the last second.',
      perShard(s => s.longestBlockMs / 1000),
    ),
    family(
      'shard_degraded',
      'gauge',
      'Whether its disk refused to keep the journal since the shard started.',
      perShard(s => (s.storage.fault === '' ? 0 : 1)),
    ),
    family(
      'mailboxes_failed',
      'gauge',
      'Mailboxes whose databases cannot be used.',
      perShard(s => s.storage.failedMailboxes),
    ),
    family(
      'certificates_failed',
      'gauge',
      'Tenants whose certificates cannot be used.',
      perShard(s => s.tlsFaults.length),
    ),
    family(
      'journal_bytes',
      'gauge',
      'The journal on disk.',
      perShard(s => s.storage.journalBytes),
    ),
    family(
      'tail_bytes',
      'gauge',
      'Changes in the journal that wait for their databases.',
      perShard(s => s.storage.tailBytes),
    ),
    family(
      'open_databases',
      'gauge',
      'Databases that are open.',
      perShard(s => s.storage.openDatabases),
    ),
    family(
      'journal_damaged_parts',
      'gauge',
      'Parts of journals that made no sense and were put aside.',
      one(damagedJournalParts),
    ),
    family(
      'config_age_seconds',
      'gauge',
      'Time since a configuration was taken over.',
      one(config.ageMs / 1000),
    ),
    family('config_issues', 'gauge', 'Errors in the files as they are now.', one(config.issues.length)),
    family(
      'config_held',
      'gauge',
      'Whether a change waits to be confirmed.',
      one(config.state === 'held' ? 1 : 0),
    ),
    family('proxy_state', 'gauge', 'How it stands with the web server in front.', proxyStates),
    family(
      'proxy_issues',
      'gauge',
      'What is to say about publishing tenants.',
      proxy ? one(proxy.issues.length) : [],
    ),
  ].join('');
}

function family(name: string, type: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string {
  const full = `mpctl_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labels} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('')}`;
}
