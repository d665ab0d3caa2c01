/** Postfix's load generator and its sink, which keeps nothing: the yardstick of every rate. Never started as a service. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

export type Sending = {
  readonly sessions: number;
  readonly mails: number;
  readonly bytes: number;
  /** One connection for many mails, or one for each. */
  readonly kept?: boolean;
};

const program = (name: string) => [`/usr/sbin/${name}`, name].find(existsSync) ?? name;

/** Sends over a unix socket; resolves to mails a second. Rejects when a mail was refused. */
export async function sendMails(
  path: string,
  { sessions, mails, bytes, kept = false }: Sending,
): Promise<number> {
  const startedAtMs = performance.now();
  await execa(program('smtp-source'), [
    ...(kept ? ['-d'] : []),
    ...['-s', `${sessions}`, '-m', `${mails}`, '-l', `${bytes}`],
    ...['-f', 'a@example.com', '-t', 'b@example.com', `unix:${path}`],
  ]);
  return (mails * 1000) / (performance.now() - startedAtMs);
}

export async function startSink(path: string): Promise<Disposable> {
  const child: ChildProcess = spawn(program('smtp-sink'), ['-u', 'root', `unix:${path}`, '1000'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  while (!existsSync(path)) await sleep(10);
  return { [Symbol.dispose]: () => void child.kill() };
}
