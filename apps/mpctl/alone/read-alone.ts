import { Refusal } from '../../../libs/base/refusal.ts';
import { maxFileBytes, readRegular } from '../../../libs/files/regular-file.ts';
import { mailpitKey } from '../../../libs/spec/mailpit-names.ts';
import { readFleet } from '../../../libs/spec/read-fleet.ts';
import type { FleetSpec, TenantSpec } from '../../../libs/spec/tenant-spec.ts';
import { hostFacts } from '../files/host-facts.ts';
import type { Folders } from '../folders.ts';
import type { MailpitSettings } from './mailpit-flags.ts';

/** Settings of the process, not of its sandbox. */
export const processSettings = new Set([
  'MP_QUIET',
  'MP_VERBOSE',
  'MP_LOG_FILE',
  'MP_DATABASE',
  'MPCTL_DATA_DIR',
]);

/** Where it listens when nobody says. */
const usualBinds = { MP_SMTP_BIND_ADDR: '[::]:1025', MP_UI_BIND_ADDR: '[::]:8025' };

/**
 * What Mailpit's settings make of one sandbox: read as the tenants file would be that has them, so that both mean the same.
 * Throws {@link Refusal} that names flags and variables as they were given.
 */
export async function readAlone(
  settings: MailpitSettings,
  folders: Folders,
): Promise<{ readonly fleet: FleetSpec; readonly tenant: TenantSpec }> {
  const written = [...settings].filter(([name]) => !processSettings.has(name));
  const mailpit = { ...usualBinds, ...Object.fromEntries(written.map(([name, { value }]) => [name, value])) };
  const text = JSON.stringify({ tenants: { sandbox: { mailpit } } });
  const { fleet, issues } = await readFleet({
    // Not a file, but relative paths start in its folder.
    file: folders.configPath,
    io: {
      readText: path =>
        path === folders.configPath ? Promise.resolve(text) : readRegular(path, maxFileBytes),
      listDir: async () => [],
    },
    facts: hostFacts(folders, 'json'),
  });
  const [tenant] = fleet?.tenants.values() ?? [];
  if (fleet && tenant) return { fleet, tenant };
  const named = issues.map(({ code, severity, message, path, hint }) => {
    // Of a name it is the last word; of a key that a name stood for, what follows the tenant.
    const name = path.split('.').at(-1) ?? '';
    const [standing] = [...settings].find(([known]) => path === `tenants.sandbox.${mailpitKey(known)}`) ?? [
      name,
    ];
    const from = settings.get(standing)?.from ?? name;
    return { code, severity, message, path: from, ...(hint ? { hint } : {}) };
  });
  throw new Refusal('BAD_REQUEST', 'not started', named, '`mpctl help run` says which settings there are');
}
