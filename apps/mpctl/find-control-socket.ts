import { maxFileBytes, readRegularSync } from '../../libs/files/regular-file.ts';
import { cutText, type Piece } from '../../libs/spec/cut.ts';
import { defaultDirs } from '../../libs/spec/default-dirs.ts';
import { configDir, controlSocketPath, resolvePath } from '../../libs/spec/paths.ts';
import type { Folders } from './folders.ts';
import { runningUser } from './running-user.ts';

/**
 * Where the controller of a tenants file answers. The file says it with two keys, which are found here without loading
 * what reads YAML: that alone would take longer than all the rest of a command.
 */
export async function findControlSocket(folders: Folders): Promise<string> {
  const written = findWritten(readText(folders.configPath)) ?? (await readWritten(folders));
  const dir = configDir(folders.configPath);
  if (written.socket !== undefined) return resolvePath(dir, written.socket);
  const runDir = written.runDir === undefined ? null : resolvePath(dir, written.runDir);
  return controlSocketPath(folders.runDir ?? runDir ?? defaultDirs(runningUser()).runDir);
}

type Written = { readonly runDir?: string | undefined; readonly socket?: string | undefined };

/** Empty when it cannot be read: a command that needs the file will say so. */
function readText(path: string): string {
  try {
    return readRegularSync(path, maxFileBytes);
  } catch {
    return '';
  }
}

/** Null when they are written in another way than people usually do. Most files say neither, which is quickly seen. */
function findWritten(text: string): Written | null {
  if (!/runDir|control|\\/.test(text)) return {};
  const cut = cutText(text);
  if (!cut) return null;
  const runDir = wordOf('runDir', text, cut.sections.get('runDir'));
  const socket = wordOf('socket', text, cut.sections.get('control'));
  return runDir === null || socket === null ? null : { runDir, socket };
}

/** Undefined when the key is not there, null when its value is not a plain or quoted word. */
function wordOf(key: string, text: string, piece: Piece | undefined): string | null | undefined {
  const stanza = piece ? text.slice(piece.start, piece.end) : '';
  if (!stanza.includes(key)) return undefined;
  const pattern = new RegExp(`^\\s*${key}: +(["']?)([\\w./@%+-]+)\\1 *(?: #.*)?\\r?$`, 'm');
  return pattern.exec(stanza)?.[2] ?? null;
}

/** What is right of a file with errors: a command that needs the rest will say so. */
async function readWritten(folders: Folders): Promise<Written> {
  const { readDraftOfFiles } = await import('./files/read-files.ts');
  const { fleet } = await readDraftOfFiles(folders);
  return { socket: fleet.control.socketPath };
}
