import { existsSync, realpathSync } from 'node:fs';
import { MpctlError } from '../../libs/base/error.ts';
import { ControlledFleet } from './controlled-fleet.ts';
import { findControlSocket } from './find-control-socket.ts';
import type { Fleet } from './fleet.ts';
import type { Folders } from './folders.ts';
import { printNote } from './print.ts';

/** Works on the controller's fleet, or, where no controller answers, on the tenants file, and says so. */
export async function withFleet<T>(folders: Folders, work: (fleet: Fleet) => Promise<T>): Promise<T> {
  const socketPath = await findControlSocket(folders);
  try {
    return await work(new ControlledFleet(socketPath, path => noteOther(folders, path)));
  } catch (error) {
    if (!(error instanceof MpctlError) || error.code !== 'NO_CONTROLLER') throw error;
    printNote(`no controller answers on ${socketPath}: this is about ${folders.configPath} alone`);
    const { FileFleet } = await import('./files/file-fleet.ts');
    return work(new FileFleet(folders));
  }
}

/** Who names a file that is there, and reaches a controller that runs another one, has changed something else than was meant. */
export function noteOther({ configPath }: Folders, runs: string): void {
  if (runs === configPath || !existsSync(configPath) || isSame(configPath, runs)) return;
  printNote(
    `mpctl: the controller runs ${runs}, not ${configPath}: --run-dir says which controller is meant`,
  );
}

function isSame(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    // One of them is gone.
    return false;
  }
}
