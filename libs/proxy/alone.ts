import type { ProxyListen, ProxyServer } from '../spec/proxy-spec.ts';
import type { ProxyModel } from './proxy-model.ts';

/** The model without what is the operator's: their files may need what their own main file says. */
export function aloneModel(model: ProxyModel, outputDir: string): ProxyModel {
  const sites = model.sites.map(site => ({ ...site, include: null }));
  return { ...model, sites, include: [], outputDir };
}

/** What Apache needs for our text; those that are built in have no file. */
export const apacheModules = [
  'mpm_event',
  'unixd',
  'authz_core',
  'log_config',
  'alias',
  'headers',
  'socache_shmcb',
  'ssl',
  'proxy',
  'proxy_http',
  'rewrite',
] as const;

/**
 * The least main file with which a server reads our text: `dir` holds `current/` and, so that nobody else has to make
 * it, `temp/`. `modules` are paths by module, for Apache. Paths must be plain. Each include for somebody's site gets a site
 * of its own, where we listen anyway.
 */
export function renderMain(
  server: ProxyServer,
  dir: string,
  modules: ReadonlyMap<string, string>,
  { subpaths, listen, tls }: ProxyModel,
): string {
  const includes = subpaths.map(({ tenant }) => `"${dir}/current/subpath/${tenant}.inc"`);
  if (server === 'nginx') {
    const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    return `pid /dev/null;
error_log stderr;
events {
}
http {
  access_log off;
${temps.map(name => `  ${name}_temp_path "${dir}/temp";`).join('\n')}
  include "${dir}/current/*.conf";
${includes.map((path, at) => renderSite(path, at, listen[0] ?? tls?.listen[0])).join('')}}
`;
  }
  return `ServerRoot "${dir}"
ServerName localhost
PidFile "${dir}/apache.pid"
ErrorLog "${dir}/error.log"
${[...modules].map(([name, path]) => `LoadModule ${name}_module "${path}"`).join('\n')}
Include "${dir}/current/*.conf"
${includes.map(path => `<VirtualHost *:80>\n  Include ${path}\n</VirtualHost>\n`).join('')}`;
}

function renderSite(include: string, index: number, listen: ProxyListen | undefined): string {
  const { host, port } = listen ?? { host: '0.0.0.0', port: 80 };
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return `  server {
    listen ${address};
    server_name site-${index}.invalid;
    include ${include};
  }
`;
}

/**
 * The operator's check command without its main file, the path of another to be added; null where it is none that takes
 * one: a script, or a right that was given for one command as it stands.
 */
export function aloneCommand(server: ProxyServer, checkCommand: readonly string[]): string[] | null {
  const flag = server === 'nginx' ? '-c' : '-f';
  const command: string[] = [];
  if (/^(.*\/)?(sudo|doas)$/.test(checkCommand[0] ?? '')) return null;
  for (let at = 0; at < checkCommand.length; at++) {
    const word = checkCommand[at] ?? '';
    if (word === flag) at++;
    else command.push(server === 'apache' && word === 'configtest' ? '-t' : word);
  }
  return command.includes('-t') ? [...command, flag] : null;
}
