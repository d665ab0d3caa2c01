import { existsSync } from 'node:fs';
import { MpctlError } from '../../libs/base/error.ts';
import { askController } from './control-client.ts';
import { findControlSocket } from './find-control-socket.ts';
import type { Folders } from './folders.ts';

/** Asks the controller of a tenants file. Where the file is not there, an error says that too: it may be the cause. */
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
    if (!isAway || existsSync(folders.configPath)) throw error;
    const asked = folders.runDir === null ? ', so the default folder was asked' : '';
    throw new MpctlError(error.code, error.message, {
      cause: error,
      hint: `${folders.configPath} is not there${asked}; --config and --run-dir say where to look`,
    });
  }
}
