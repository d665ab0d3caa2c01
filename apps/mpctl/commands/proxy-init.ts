import { proxyPath, proxyPaths } from '../../../libs/spec/proxy-paths.ts';
import type { FleetSpec } from '../../../libs/spec/tenant-spec.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData, printJson } from '../print.ts';
import { readProxy } from '../read-proxy.ts';

/** Prints what is to do once by hand, ready to paste. */
export async function proxyInit(input: Input): Promise<ExitCode> {
  const { fleet, text } = await readProxy(input.folders);
  const { include, folder, rights } = stepsFor(fleet);
  const sites = text.model.subpaths.map(({ tenant, webroot }) => ({
    ...{
      tenant,
      webroot,
      include: includeLine(fleet, proxyPath(proxyPaths(fleet.proxy.outputDir).subpath, `${tenant}.inc*`)),
    },
  }));
  if (input.json) printJson({ include, folder, rights, sites });
  else printData(renderSteps(fleet, { include, folder, rights, sites }));
  return exitCode.done;
}

type Steps = { readonly include: string; readonly folder: string; readonly rights: string };
type Site = { readonly tenant: string; readonly webroot: string; readonly include: string };

function stepsFor(fleet: FleetSpec): Steps {
  const { outputDir, checkCommand, reloadCommand } = fleet.proxy;
  const commands = [checkCommand, reloadCommand].map(command => command.join(' ')).join(', ');
  return {
    include: includeLine(fleet, proxyPath(proxyPaths(outputDir).current, '*.conf')),
    folder: `install -d -o mpctl -m 755 ${outputDir}`,
    rights: `mpctl ALL=(root) NOPASSWD: ${commands}`,
  };
}

/** A pattern may match nothing: a tenant that leaves must not stop the web server. */
function includeLine({ proxy }: FleetSpec, path: string): string {
  return proxy.server === 'nginx' ? `include ${path};` : `IncludeOptional ${path}`;
}

function renderSteps(
  { proxy, webGroup }: FleetSpec,
  { include, folder, rights, sites }: Steps & { sites: Site[] },
) {
  const place =
    proxy.server === 'nginx'
      ? 'in the http block of nginx.conf, before other sites'
      : 'in the configuration, before other sites';
  const modules =
    proxy.server === 'nginx'
      ? []
      : [
          '',
          '# modules',
          `a2enmod proxy proxy_http rewrite headers alias${proxy.tls.certificate === null ? '' : ' ssl'}`,
        ];
  const below = sites.flatMap(site => [`# ${site.tenant} on ${site.webroot}`, site.include]);
  return [
    `# one line ${place}`,
    include,
    ...modules,
    '',
    '# where the daemon is not root: its folder (whoever may write there can do what the web server can)',
    folder,
    '',
    '# … and either these rights, with "sudo, -n," before the two commands in tenants.yaml (full paths, as in sudoers) …',
    rights,
    '# … or apply: manual, and the units that `mpctl render systemd` prints',
    '',
    `# the daemon gives the sockets to the group ${webGroup}, so it must be in it`,
    `usermod -aG ${webGroup} mpctl`,
    ...(below.length > 0 ? ['', '# in the sites that have a tenant below a path', ...below] : []),
  ].join('\n');
}
