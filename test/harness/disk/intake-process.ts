/** A process of its own that keeps mail in a folder, so that it can be on a {@link Disk}, and can be killed. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TenantUid } from '../../../libs/base/ids.ts';
import { silentLogger } from '../../../libs/base/log.ts';
import type { Intake } from '../../../libs/intake/intake.ts';
import type { IntakeLimits, IntakeStatus } from '../../../libs/intake/intake-options.ts';
import { openIntake, replayJournals } from '../../../libs/intake/open-intake.ts';
import { aMail, noLimits } from '../../../libs/store/mail-for-tests.ts';
import type { Mailbox } from '../../../libs/store/store.ts';

/** Mailboxes are named by one letter; each has a folder of that name. */
export type MailboxName = 'a' | 'b';

const uidOf = (name: string) => name.repeat(16) as TenantUid;

const optionsOf = (root: string, limits: Partial<IntakeLimits>) =>
  ({ journalDir: join(root, '.journal'), shard: 0, clock: Date.now, log: silentLogger, limits }) as const;

/** What the process can be asked for. */
class Asked {
  readonly #root: string;
  readonly #intake: Intake;
  readonly #mailboxes = new Map<string, Mailbox>();

  constructor(root: string, intake: Intake) {
    this.#root = root;
    this.#intake = intake;
  }

  insert(name: MailboxName, id: string, bytes: Buffer): Promise<void> {
    return this.#mailbox(name).insert(aMail(id, { raw: bytes }));
  }

  async ids(name: MailboxName): Promise<string[]> {
    return (await this.#mailbox(name).list({ start: 0, limit: 0 })).map(({ id }) => id).sort();
  }

  async status(): Promise<IntakeStatus> {
    return this.#intake.status;
  }

  async release(name: MailboxName): Promise<void> {
    await this.#intake.release(uidOf(name));
    this.#mailboxes.delete(name);
  }

  async settle(): Promise<void> {
    await this.#intake.settleInheritance(uid => join(this.#root, uid.slice(0, 1)));
  }

  #mailbox(name: MailboxName): Mailbox {
    const known = this.#mailboxes.get(name);
    if (known) return known;
    const dir = join(this.#root, name);
    const mailbox = this.#intake.mailbox({ uid: uidOf(name), dir, retention: noLimits });
    this.#mailboxes.set(name, mailbox);
    return mailbox;
  }
}

type What = keyof Asked;
type Question = { readonly seq: number; readonly what: What; readonly words: readonly unknown[] };
type Answer = { readonly seq: number; readonly value?: unknown; readonly code?: string };

export class IntakeProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();

  constructor(root: string, limits: Partial<IntakeLimits>, env: NodeJS.ProcessEnv) {
    this.#child = fork(import.meta.filename, [root, JSON.stringify(limits)], {
      env: { ...process.env, ...env },
      serialization: 'advanced',
    });
    this.#child.on('message', ({ seq, value, code }: Answer) => {
      const asked = this.#asked.get(seq);
      if (code === undefined) asked?.resolve(value);
      else asked?.reject(Object.assign(new Error(code), { code }));
    });
  }

  ask<Name extends What>(what: Name, ...words: Parameters<Asked[Name]>): ReturnType<Asked[Name]> {
    const seq = this.#asked.size;
    const asked = Promise.withResolvers<unknown>();
    this.#asked.set(seq, asked);
    this.#child.send({ seq, what, words } satisfies Question);
    return asked.promise as ReturnType<Asked[Name]>;
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** The mails of a mailbox in a folder that no process has. */
export async function idsIn(root: string, name: MailboxName): Promise<string[]> {
  const options = optionsOf(root, {});
  await replayJournals(options, uid => join(root, uid.slice(0, 1)));
  await using intake = await openIntake(options);
  return await new Asked(root, intake).ids(name);
}

if (import.meta.main) {
  const [, , root = '', limits = ''] = process.argv;
  const asked = new Asked(root, await openIntake(optionsOf(root, JSON.parse(limits))));
  process.on('message', async ({ seq, what, words }: Question) => {
    const reply = (answer: Omit<Answer, 'seq'>) => process.send?.({ seq, ...answer });
    try {
      reply({ value: await (asked[what] as (...words: readonly unknown[]) => unknown)(...words) });
    } catch (error) {
      reply({ code: (error as NodeJS.ErrnoException).code ?? String(error) });
    }
  });
}
