import type { ProxyServer } from '../spec/proxy-spec.ts';
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
 * it, `temp/`. `modules` are paths by module, for Apache. Paths must be plain.
 */
export function renderMain(server: ProxyServer, dir: string, modules: ReadonlyMap<string, string>): string {
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
}
`;
  }
  return `ServerRoot "${dir}"
ServerName localhost
PidFile "${dir}/apache.pid"
ErrorLog "${dir}/error.log"
${[...modules].map(([name, path]) => `LoadModule ${name}_module "${path}"`).join('\n')}
Include "${dir}/current/*.conf"
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
