import type { ProxyListen, ProxyServer, ProxySpec } from './proxy-spec.ts';

/** As the key table fills it in: null and empty lists are for here. */
export type FilledProxy = {
  readonly [Key in Exclude<keyof ProxySpec, 'tls'>]: ProxySpec[Key] | null;
} & { readonly tls: { readonly [Key in keyof ProxySpec['tls']]: ProxySpec['tls'][Key] | null } };

const builtIn: Readonly<
  Record<ProxyServer, Pick<ProxySpec, 'outputDir' | 'checkCommand' | 'reloadCommand'>>
> = {
  nginx: {
    outputDir: '/etc/nginx/mpctl',
    checkCommand: ['nginx', '-t'],
    reloadCommand: ['nginx', '-s', 'reload'],
  },
  apache: {
    outputDir: '/etc/apache2/mpctl',
    checkCommand: ['apachectl', 'configtest'],
    reloadCommand: ['apachectl', 'graceful'],
  },
};

/** What is not written of `proxy` follows from the server and from what is. */
export function resolveProxy(filled: FilledProxy): ProxySpec {
  const server = filled.server ?? 'nginx';
  const listen = filled.listen ?? everyAddress(80);
  const tlsListen = filled.tls.listen ?? (filled.tls.certificate === null ? [] : everyAddress(443));
  return {
    ...(filled as ProxySpec),
    server,
    baseDomain: (filled.baseDomain ?? '').toLowerCase(),
    listen,
    tls: { ...filled.tls, listen: tlsListen },
    outputDir: filled.outputDir ?? builtIn[server].outputDir,
    checkCommand: words(filled.checkCommand) ?? builtIn[server].checkCommand,
    reloadCommand: words(filled.reloadCommand) ?? builtIn[server].reloadCommand,
    probeUrl: filled.probeUrl ?? probeUrl(listen[0], tlsListen[0]),
  };
}

/** A command written in one line is split at its blanks; it is started without a shell. */
function words(command: readonly string[] | null): readonly string[] | null {
  return command?.length === 1 ? command.join().trim().split(/\s+/) : command;
}

function everyAddress(port: number): ProxyListen[] {
  return ['0.0.0.0', '::'].map(host => ({ kind: 'tcp', host, port }));
}

/** The first address, by the way of this machine. */
function probeUrl(plain: ProxyListen | undefined, tls: ProxyListen | undefined): string {
  const { host, port } = plain ?? tls ?? { host: '0.0.0.0', port: 80 };
  const local = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `${plain ? 'http' : 'https'}://${local.includes(':') ? `[${local}]` : local}:${port}/`;
}
