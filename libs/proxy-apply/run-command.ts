import { setTimeout as sleep } from 'node:timers/promises';

export type CommandResult = {
  readonly ok: boolean;
  /** What it said on both outputs, shortened; where it could not be started or was ended, why. */
  readonly output: string;
};

/** A check of 9,000 servers takes seconds; whoever waits for input never ends. */
const usualLimitMs = 30_000;
/** What was told to end and has not is killed. */
const graceMs = 1000;
const maxOutput = 4000;

/**
 * Runs one of the web server's own commands and never throws. One that takes too long or is aborted is ended with all
 * that it started; who may not be ended, as root's may not by others, is not waited for.
 */
export async function runCommand(
  command: readonly string[],
  signal?: AbortSignal,
  limitMs = usualLimitMs,
): Promise<CommandResult> {
  const { execa } = await import('execa');
  const [file = '', ...args] = command;
  const over = Promise.withResolvers<string>();
  const timer = setTimeout(() => over.resolve(`took longer than ${limitMs / 1000} s and was ended`), limitMs);
  const abort = () => over.resolve('was stopped');
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  // A group of its own: a shell's child would hold the output open after it.
  const running = execa(file, args, {
    ...{ all: true, reject: false, stdin: 'ignore', detached: true, env: { LC_ALL: 'C' } },
  });
  try {
    const result = await Promise.race([running, over.promise]);
    if (typeof result === 'string') {
      await endGroup(running.pid, running);
      return { ok: false, output: `${command.join(' ')} ${result}` };
    }
    const said = (result.all ?? '').trim();
    const why = result.failed && said === '' ? (result.shortMessage ?? '') : '';
    return { ok: !result.failed, output: (why || said).slice(0, maxOutput) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

async function endGroup(pid: number | undefined, running: PromiseLike<unknown>): Promise<void> {
  for (const kind of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      if (pid !== undefined) process.kill(-pid, kind);
    } catch {
      // It is over, or not ours to end.
    }
    const isOver = await Promise.race([Promise.resolve(running).then(() => true), sleep(graceMs, false)]);
    if (isOver) return;
  }
}
