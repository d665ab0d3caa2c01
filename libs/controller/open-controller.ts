/**
 * The controller: reads the tenants file, plans, and applies the plan to shard processes whose listening sockets it
 * holds. It never sees mail.
 *
 *     read → parse → plan → apply, one at a time: loop.ts
 */
import type { Issue } from '../base/issue.ts';
import type { Controller, ControllerOptions } from './controller.ts';

/**
 * Starts the fleet and resolves when every listener answers, or is known to fail.
 * A tenants file with errors starts nothing: its issues come back. Throws `DAEMON_RUNNING` when another daemon holds the
 * run folder.
 */
export async function openController(_options: ControllerOptions): Promise<Controller | readonly Issue[]> {
  throw new Error('not built yet');
}
