import { renderIssue } from '../../../libs/base/issue.ts';
import type { ControlStatus, ShardStatus, TrashedTenant } from '../../../libs/wire/control-http.ts';
import type { ProxyStatus } from '../../../libs/wire/proxy-status.ts';
import { askRunning } from '../ask-running.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData, printJson, renderTable } from '../print.ts';
import { renderCount, renderSize, renderTime } from '../render-amount.ts';
import { noteOther } from '../with-fleet.ts';

/** How the controller, its shards and its tenants are. */
export async function status(input: Input): Promise<ExitCode> {
  const reply = await askRunning<ControlStatus>(input.folders, 'GET', '/v1/status');
  noteOther(input.folders, reply.config.path);
  if (input.json) printJson(reply);
  else printData(renderStatus(reply));
  return exitCode.done;
}

/** So many that are in the trash are printed, those that left last. */
const maxTrash = 10;

const wayOut = '`mpctl plan` shows what it would do, `mpctl apply --confirm` does it';

function renderStatus({
  version,
  pid,
  uptimeMs,
  config,
  proxy,
  tenants,
  connections,
  totals,
  damagedJournalParts,
  shards,
  sparePid,
  trash,
}: ControlStatus) {
  const states = Object.entries(tenants.states).map(([state, count]) => `${count} ${state}`);
  const lines = [
    `mpctl ${version}, pid ${pid}, up ${renderTime(uptimeMs)}`,
    `${config.path}: ${config.state}${config.held === '' ? '' : `, ${config.held} (${wayOut})`}`,
    `${renderCount(tenants.total, 'tenant')}${states.length > 0 ? `: ${states.join(', ')}` : ''}`,
    `${renderCount(connections, 'connection')}, ${renderCount(totals.accepted, 'mail')} taken, ${totals.rejected} refused`,
    ...config.issues.map(renderIssue),
    ...shards.flatMap(storageLines),
    ...certificateLines(shards.flatMap(({ tlsFaults }) => tlsFaults)),
    ...(damagedJournalParts > 0
      ? [`damaged parts of journals that were put aside: ${damagedJournalParts}`]
      : []),
    ...(proxy ? [renderProxy(proxy)] : []),
    '',
    renderTable(
      ['SHARD', 'STATE', 'PID', 'UP', 'RESTARTS', 'MEMORY', 'TENANTS', 'CONNECTIONS', 'BLOCKED'],
      shards.map(shardCells),
    ),
    ...(sparePid === null ? [] : [`pid ${sparePid} is ready to become the next shard`]),
    ...(trash.length > 0
      ? ['', renderTable(['IN THE TRASH', 'UID', 'WHY', 'UNTIL'], trash.slice(-maxTrash).map(trashCells))]
      : []),
    ...(trash.length > maxTrash ? [`${trash.length - maxTrash} more that left before: --json has all`] : []),
  ];
  return lines.join('\n');
}

function trashCells({ name, uid, why, untilMs }: TrashedTenant): string[] {
  return [name || '-', uid, why, new Date(untilMs).toISOString().slice(0, 16).replace('T', ' ')];
}

function storageLines({ shard, storage: { fault, failedMailboxes, failures } }: ShardStatus): string[] {
  const more = failedMailboxes - failures.length;
  return [
    ...(fault === '' ? [] : [`shard ${shard} is degraded: ${fault}`]),
    ...failures.map(({ tenant, error }) => `${tenant} takes no mail for now: ${error}`),
    ...(more > 0
      ? [`shard ${shard}: ${renderCount(more, 'more mailbox takes', 'more mailboxes take')} no mail`]
      : []),
  ];
}

/** The first few by name: `tenant show` says what is wrong. */
function certificateLines(tenants: readonly string[]): string[] {
  if (tenants.length === 0) return [];
  const named = [...tenants].sort().slice(0, 5).join(', ');
  const more = tenants.length > 5 ? ', …' : '';
  return [`${renderCount(tenants.length, 'tenant')} with a certificate that cannot be used: ${named}${more}`];
}

function renderProxy({ state, error }: ProxyStatus): string {
  const isServed = state === 'unchanged' || state === 'applied';
  const how = isServed ? 'serves what the tenants file says' : state;
  return `web server: ${how}${error === '' ? '' : `, ${error.replaceAll(/\s*\n\s*/g, ' ')}`}`;
}

function shardCells(shard: ShardStatus): string[] {
  return [
    String(shard.shard),
    shard.state,
    String(shard.pid ?? '-'),
    renderTime(shard.uptimeMs),
    String(shard.restarts),
    renderSize(shard.rssBytes),
    String(shard.tenants),
    String(shard.connections),
    `${Math.round(shard.longestBlockMs)} ms`,
  ];
}
