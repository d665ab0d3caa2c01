import { renderProxy } from '../../../libs/proxy/render-proxy.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData, printJson } from '../print.ts';
import { readProxy } from '../read-proxy.ts';

/** Prints all files that the web server would get. */
export async function proxyRender(input: Input): Promise<ExitCode> {
  const { text } = await readProxy(input.folders);
  const { hash, files } = renderProxy(text.spec.server, text.model, text.templates, text.mpctlVersion);
  if (input.json) printJson({ hash, files: Object.fromEntries(files) });
  else printData([...files].map(([path, body]) => `##### ${path}\n${body}`).join('\n'));
  return exitCode.done;
}
