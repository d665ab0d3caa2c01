import { changeTenant, type More } from '../change-tenant.ts';
import type { ExitCode } from '../exit-code.ts';
import type { ChangedTenant, Fleet } from '../fleet.ts';
import type { Input } from '../input.ts';
import { newLogin } from '../new-login.ts';
import { parseSettings } from '../parse-settings.ts';
import { programPath } from '../program-path.ts';
import { renderPaste } from '../render-paste.ts';

/**
 * Writes the tenant into the file, waits until its listeners answer, and says how to use them. One whose page a web
 * server publishes gets a user, if nothing says who may read it.
 */
export async function tenantAdd(input: Input): Promise<ExitCode> {
  const [name = '', ...settings] = input.args;
  return changeTenant(input, { verb: 'add', name, set: parseSettings(settings) }, async (tenant, fleet) => {
    const page = await openPage(tenant, input.has('no-auth') ? null : fleet);
    return { json: page.json, text: `${page.text}\n\n${renderPaste(tenant, programPath())}` };
  });
}

/** Its address, and who may read it: a new user, where there is a fleet to write one into. */
async function openPage({ name, url, access }: ChangedTenant, fleet: Fleet | null): Promise<More> {
  if (url === null) return { json: {}, text: '' };
  if (access !== 'closed' || fleet === null) {
    const hint = access === 'closed' ? '  (403 until it has users: mpctl tenant passwd)' : '';
    return { json: { url }, text: `\n  url   ${url}${hint}` };
  }
  const { password, secret } = await newLogin(null);
  await fleet.edit({ verb: 'passwd', name, user: name, secret, lists: ['ui'] });
  const lines = [`  url   ${url}`, `  user  ${name}`, `  password  ${password}  (shown this once)`];
  return { json: { url, user: name, password }, text: lines.map(line => `\n${line}`).join('') };
}
