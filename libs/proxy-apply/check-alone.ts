import { access, chmod, mkdtemp, rm } from 'node:fs/promises';
import { aloneCommand, aloneModel, apacheModules, renderMain } from '../proxy/alone.ts';
import { renderProxy } from '../proxy/render-proxy.ts';
import { proxyPath, proxyPaths } from '../spec/proxy-paths.ts';
import type { ProxyText } from './inspect-proxy.ts';
import { makeFolder, writeReadable } from './readable-file.ts';
import { type CommandResult, runCommand } from './run-command.ts';
import { writeVersion } from './version-folder.ts';

/** Where distributions keep Apache's modules: Debian, Red Hat, Arch, FreeBSD, macOS, Homebrew, its own default. */
const moduleDirs = [
  '/usr/lib/apache2/modules',
  '/usr/lib64/httpd/modules',
  '/usr/lib/httpd/modules',
  '/usr/local/libexec/apache24',
  '/usr/libexec/apache2',
  '/opt/homebrew/lib/httpd/modules',
  '/usr/local/apache2/modules',
];

/**
 * Has the web server read the text by itself, before it is anywhere near what is served. Null where that cannot be
 * done: the check command is a script of the operator's, or Apache's modules are not where they usually are.
 */
export async function checkAlone(
  { spec, model, templates, mpctlVersion }: ProxyText,
  signal?: AbortSignal,
): Promise<CommandResult | null> {
  const command = aloneCommand(spec.server, spec.checkCommand);
  const modules = spec.server === 'apache' ? await findApacheModules() : new Map<string, string>();
  if (command === null || modules === null) return null;
  const dir = await mkdtemp(proxyPath(spec.outputDir, '.check-'));
  try {
    await chmod(dir, 0o755);
    const main = proxyPath(dir, 'main.conf');
    const alone = renderProxy(spec.server, aloneModel(model, dir), templates, mpctlVersion);
    await makeFolder(proxyPath(dir, 'temp'));
    await writeVersion(proxyPaths(dir).current, alone);
    await writeReadable(main, renderMain(spec.server, dir, modules, model));
    return await runCommand([...command, main], signal);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Paths of the modules that are files, by name; null where none is. */
async function findApacheModules(): Promise<Map<string, string> | null> {
  for (const dir of moduleDirs) {
    const found = new Map<string, string>();
    for (const name of apacheModules) {
      const path = proxyPath(dir, `mod_${name}.so`);
      if (await isThere(path)) found.set(name, path);
    }
    if (found.size > 0) return found;
  }
  return null;
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
