export type CommandResult = {
  readonly ok: boolean;
  /** What it said on both outputs, shortened; where it could not be started, why. */
  readonly output: string;
};

/** A check of 9,000 servers takes seconds; whoever waits for input never ends. */
const timeoutMs = 60_000;
const maxOutput = 4000;

/** Runs one of the web server's own commands and never throws. An aborted one is ended. */
export async function runCommand(command: readonly string[], signal?: AbortSignal): Promise<CommandResult> {
  const { execa } = await import('execa');
  const [file = '', ...args] = command;
  const result = await execa(file, args, {
    all: true,
    reject: false,
    stdin: 'ignore',
    timeout: timeoutMs,
    ...(signal ? { cancelSignal: signal } : {}),
    env: { LC_ALL: 'C' },
  });
  const said = (result.all ?? '').trim();
  const why = result.failed && (said === '' || result.timedOut) ? (result.shortMessage ?? '') : '';
  return { ok: !result.failed, output: [why, said].filter(Boolean).join('\n').slice(0, maxOutput) };
}
