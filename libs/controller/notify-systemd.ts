import { runCommand, systemEnvironment } from './run-command.ts';

/** Tells systemd, where it asked to be told. Node has no datagram unix sockets, so its own command does it. */
export async function notifySystemd(
  socket: string | null,
  state: 'READY' | 'RELOADING' | 'STOPPING',
): Promise<void> {
  if (socket === null) return;
  const since = state === 'RELOADING' ? [`MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`] : [];
  await runCommand('systemd-notify', ['--no-block', `--pid=${process.pid}`, `${state}=1`, ...since], {
    ...systemEnvironment,
    NOTIFY_SOCKET: socket,
  });
}
