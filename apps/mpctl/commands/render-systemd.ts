import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData, printJson } from '../print.ts';
import { programPath } from '../program-path.ts';

/** Prints the units with which root applies the web server's text for a daemon that may not. */
export async function renderSystemd(input: Input): Promise<ExitCode> {
  const { configPath } = input.folders;
  const units = {
    'mpctl-proxy.service': `[Unit]
Description=Writes what mpctl says for the web server

[Service]
Type=oneshot
ExecStart=${quote(programPath())} proxy apply --config ${quote(configPath)}
`,
    'mpctl-proxy.path': `[Unit]
Description=Watches the tenants file of mpctl

[Path]
PathChanged=${configPath.replaceAll('%', '%%')}

[Install]
WantedBy=multi-user.target
`,
  };
  if (input.json) printJson(units);
  else
    printData(
      Object.entries(units)
        .map(([name, text]) => `# /etc/systemd/system/${name}\n${text}`)
        .join('\n'),
    );
  return exitCode.done;
}

/** As a word of ExecStart (systemd.service(5)). */
function quote(word: string): string {
  return `"${word.replace(/["\\]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;
}
