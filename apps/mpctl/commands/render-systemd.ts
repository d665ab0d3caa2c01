import { configDir } from '../../../libs/spec/paths.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Folders } from '../folders.ts';
import type { Input } from '../input.ts';
import { printData, printJson } from '../print.ts';
import { programPath } from '../program-path.ts';

/** Prints the daemon's unit, and those with which root applies the web server's text for a daemon that may not. */
export async function renderSystemd(input: Input): Promise<ExitCode> {
  const units = renderUnits(input.folders, programPath());
  if (input.json) printJson(units);
  else
    printData(
      Object.entries(units)
        .map(([name, text]) => `# /etc/systemd/system/${name}\n${text}`)
        .join('\n'),
    );
  return exitCode.done;
}

/** The units by their names. */
export function renderUnits(
  { configPath, runDir, dataDir }: Folders,
  program: string,
): Record<string, string> {
  const serve = [program, 'serve', '--config', configPath];
  if (runDir !== null) serve.push('--run-dir', runDir);
  if (dataDir !== null) serve.push('--data-dir', dataDir);
  // A folder that nobody names is made by systemd.
  const folders = [
    ...(runDir === null
      ? ['RuntimeDirectory=mailpit', 'RuntimeDirectoryMode=0711', 'Environment=MPCTL_RUN_DIR=%t/mailpit']
      : []),
    ...(dataDir === null
      ? ['StateDirectory=mpctl', 'StateDirectoryMode=0700', 'Environment=MPCTL_DATA_DIR=%S/mpctl']
      : []),
  ];
  return {
    'mpctl.service': `[Unit]
Description=Mail sandboxes of mpctl
After=network.target

[Service]
Type=notify
NotifyAccess=all
User=mpctl
SupplementaryGroups=www-data
ExecStart=${serve.map(quote).join(' ')}
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
LimitNOFILE=65536
TimeoutStopSec=15
${folders.map(line => `${line}\n`).join('')}# Gives sockets to their owners and groups.
AmbientCapabilities=CAP_CHOWN
CapabilityBoundingSet=CAP_CHOWN
NoNewPrivileges=yes
ProtectSystem=full
# "mpctl tenant add" writes there.
ReadWritePaths=${quote(configDir(configPath))}
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
UMask=0077

[Install]
WantedBy=multi-user.target
`,
    'mpctl-proxy.service': `[Unit]
Description=Writes what mpctl says for the web server

[Service]
Type=oneshot
ExecStart=${quote(program)} proxy apply --config ${quote(configPath)}
`,
    'mpctl-proxy.path': `[Unit]
Description=Watches the tenants file of mpctl

[Path]
PathChanged=${configPath.replaceAll('%', '%%')}

[Install]
WantedBy=multi-user.target
`,
  };
}

/** As a word of ExecStart (systemd.service(5)). */
function quote(word: string): string {
  return `"${word.replace(/["\\]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;
}
