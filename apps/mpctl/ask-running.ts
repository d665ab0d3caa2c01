import { existsSync } from 'node:fs';
import { MpctlError } from '../../libs/base/error.ts';
import { askController } from './control-client.ts';
import { findControlSocket } from './find-control-socket.ts';
import type { Folders } from './folders.ts';

/** Asks the controller of a tenants file. Where the file is not there or empty, an error says that too: it may be the cause. */
export async function askRunning<Reply>(
  folders: Folders,
  method: 'GET' | 'POST',
  path: string,
): Promise<Reply> {
  const socketPath = await findControlSocket(folders);
  try {
    return await askController<Reply>(socketPath, method, path);
  } catch (error) {
    const isAway = error instanceof MpctlError && error.code === 'NO_CONTROLLER';
    const lack = isAway ? await lackOf(folders) : '';
    if (!isAway || lack === '') throw error;
    const asked = folders.runDir === null ? ', so the default folder was asked' : '';
    throw new MpctlError(error.code, error.message, {
      cause: error,
      hint: `${folders.configPath} ${lack}${asked}; --config and --run-dir say where to look`,
    });
  }
}

/** Why the file may not say where its controller is; empty when that is not it. */
async function lackOf(folders: Folders): Promise<string> {
  if (!existsSync(folders.configPath)) return 'is not there';
  const { readFiles } = await import('./files/read-files.ts');
  const { issues } = await readFiles(folders);
  return issues.find(({ code }) => code === 'SPEC_NO_TENANTS')?.message ?? '';
}
