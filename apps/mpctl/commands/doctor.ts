import { lstatSync } from 'node:fs';
import { MpctlError } from '../../../libs/base/error.ts';
import type { TenantId } from '../../../libs/base/ids.ts';
import { Refusal } from '../../../libs/base/refusal.ts';

import { openDataDir } from '../../../libs/controller/open-data-dir.ts';
import { examine } from '../../../libs/doctor/examine.ts';
import type { Finding } from '../../../libs/doctor/finding.ts';
import { findPerson, readNames } from '../../../libs/doctor/person.ts';
import { shellWord } from '../../../libs/doctor/shell-word.ts';
import type { Daemon } from '../../../libs/doctor/visit.ts';
import { describeProcess } from '../../../libs/doctor/web-process.ts';
import { hasSetfacl } from '../../../libs/sockets/acl.ts';
import type { FleetSpec, TenantSpec } from '../../../libs/spec/tenant-spec.ts';
import type { ControlStatus, TenantRow } from '../../../libs/wire/control-http.ts';
import { askController } from '../control-client.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { readFiles } from '../files/read-files.ts';
import type { Input } from '../input.ts';
import { printData, printJson, printNote } from '../print.ts';
import { programPath } from '../program-path.ts';
import { renderCount } from '../render-amount.ts';

/** So many are printed; a program gets all. */
const maxPrinted = 20;

/** Looks whether the web server and the tenants' users reach their sockets, and says what mends it where they do not. */
export async function doctor(input: Input): Promise<ExitCode> {
  const { fleet, issues } = await readFiles(input.folders);
  if (!fleet) throw new Refusal('BAD_TENANTS_FILE', `${input.folders.configPath} has errors`, issues);
  const names = readNames();
  const daemon = await findDaemon(fleet, names.user);
  const {
    visits,
    visitors,
    findings: found,
  } = await examine({
    world: { fleet, names, daemon, hasSetfacl: await hasSetfacl() },
    tenants: chosen(fleet, input.args),
    asked: input.text('as'),
    serveCommand: `${shellWord(programPath())} serve --config ${shellWord(input.folders.configPath)}`,
  });
  const findings = [...found, ...dataDirFindings(fleet)];
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (input.json) printJson({ visits, visitors, findings });
  else {
    for (const found of findings.slice(0, maxPrinted)) printData(render(found));
    if (findings.length > maxPrinted) printNote(`… and ${findings.length - maxPrinted} more: --json has all`);
    if (errors.length === 0) printData(renderWell(visits, visitors));
  }
  return errors.length === 0 ? exitCode.done : exitCode.failed;
}

function renderWell(visits: number, visitors: readonly string[]): string {
  if (visits === 0) return 'nothing to try: no web server is configured, and no tenant has a user';
  return `${renderCount(visits, 'way to a socket', 'ways to sockets')} tried as ${visitors.join(', ')}: all open`;
}

function dataDirFindings({ dataDir }: FleetSpec): Finding[] {
  const message = openDataDir(dataDir);
  if (message === '') return [];
  const command = `chmod 700 ${shellWord(dataDir)}`;
  const of = { who: '', tenants: [], path: dataDir };
  return [{ code: 'DOCTOR_DATA_OPEN', severity: 'warning', ...of, message, command }];
}

function chosen({ tenants }: FleetSpec, names: readonly string[]): TenantSpec[] {
  if (names.length === 0) return [...tenants.values()];
  return names.map(name => {
    const tenant = tenants.get(name as TenantId);
    if (!tenant) throw new Refusal('TENANT_NOT_FOUND', `there is no tenant ${name}`);
    return tenant;
  });
}

async function findDaemon(fleet: FleetSpec, userName: (uid: number) => string): Promise<Daemon | null> {
  const { socketPath } = fleet.control;
  try {
    const { pid } = await askController<ControlStatus>(socketPath, 'GET', '/v1/status');
    const rows = await askController<TenantRow[]>(socketPath, 'GET', '/v1/tenants');
    const states = new Map(rows.map(row => [row.name, row]));
    const { uid, gids, unit } = describeProcess(pid);
    const name = userName(uid);
    const person = { name, uid, gids };
    const account = (await findPerson(name)) ?? person;
    return { pid, unit, person, account, stateOf: tenant => states.get(tenant) ?? null };
  } catch (error) {
    if (!(error instanceof MpctlError)) throw error;
    if (error.code === 'NO_CONTROLLER') return null;
    if (error.code !== 'CONTROLLER_FORBIDDEN') throw error;
    // Whoever may not ask sees at least whose socket it is.
    const { uid, gid } = lstatSync(socketPath);
    const name = userName(uid);
    const account = (await findPerson(name)) ?? { name, uid, gids: [gid] };
    return { pid: null, unit: null, person: account, account, stateOf: () => ({ error: '' }) };
  }
}

function render({ severity, tenants, message, command }: Finding): string {
  const [first, second, third, ...more] = tenants;
  const few = [first, second, third].filter(Boolean).join(', ');
  const who = more.length > 0 ? `${few} and ${more.length} more` : few;
  const head = [severity === 'warning' ? 'warning' : '', who].filter(Boolean).join(' ');
  return [`${head ? `${head}: ` : ''}${message}`, ...(command ? [`    ${command}`] : [])].join('\n');
}
