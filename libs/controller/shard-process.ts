import { type ChildProcess, type SendHandle, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { MpctlError } from '../base/error.ts';
import type { ShardIndex, TenantId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { SessionRecord } from '../mail/session-record.ts';
import type { MailWork, MailWorkDone } from '../wire/mail-work.ts';
import type { ShardReport, TenantReport } from '../wire/report.ts';
import {
  type FromShard,
  type ReportScope,
  type ShardConfig,
  type ToShard,
  wireVersion,
} from '../wire/shard-channel.ts';
import type { Environment } from './run-command.ts';

export type ShardCommand = {
  /** Program and arguments; the shard's index, or `spare`, is added. */
  readonly command: readonly string[];
  readonly environment: Environment;
};

/** A message that is answered, before it has its number. */
type Unnumbered<M> = M extends { readonly seq: number } ? Omit<M, 'seq'> : never;
type Command = Unnumbered<Extract<ToShard, { readonly type: 'open' | 'change' | 'close' }>>;
type Question = Unnumbered<Extract<ToShard, { readonly type: 'report' | 'sessions' | 'work' }>>;

/** A listening socket on its way after a command. */
export type SocketParcel = {
  readonly message: Omit<Extract<ToShard, { readonly type: 'socket' }>, 'type' | 'seq'>;
  readonly handle: object;
};

/** A connection that this process accepted, on its way to a shard. */
export type HandedConnection = {
  readonly message: Extract<ToShard, { readonly type: 'connection' }>;
  readonly socket: Socket;
};

/** One process of a shard, from its start to its end, and the channel to it. */
export class ShardProcess {
  readonly startedAtMs: number;
  readonly #child: ChildProcess;
  readonly #allLog: Logger;
  #log: Logger;
  readonly #answers = new Map<number, (answer: FromShard | null) => void>();
  readonly #ended = Promise.withResolvers<void>();
  /** Handed over, and not known to have arrived. */
  readonly untaken: HandedConnection[] = [];
  /** Waits for the first message; null: that was sent. */
  #early: [message: ToShard, handle: object | undefined][] | null = [];
  #seq = 0;
  #state: 'starting' | 'up' | 'stopping' | 'ended' = 'starting';
  /** Whether the end was asked for. */
  wasStopped = false;
  /** Of the last heartbeat. */
  rssBytes = 0;
  longestBlockMs = 0;

  onReady: (failures: readonly TenantReport[]) => void = () => {};
  onTenant: (report: TenantReport) => void = () => {};
  /** `early`: it never was ready. */
  onEnd: (early: boolean) => void = () => {};

  /** `fds` are this process's, in ascending order: the child finds the nth at `firstSocketFd + n`. */
  constructor(
    role: ShardIndex | 'spare',
    { command: [program = '', ...args], environment }: ShardCommand,
    fds: readonly number[],
    log: Logger,
    nowMs: number,
  ) {
    this.startedAtMs = nowMs;
    this.#allLog = log;
    this.#log = log.child({ shard: role });
    this.#child = spawn(program, [...args, String(role)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...fds],
      env: environment,
    });
    this.#child.on('message', message => this.#receive(message as FromShard));
    this.#child.on('exit', (code, signal) => this.#end({ code, signal }));
    this.#child.on('error', error => {
      // Without a process there will be no exit.
      if (this.pid === null) this.#end({ error: error.message });
      else this.#log.warn({ error: error.message }, 'shard channel failed');
    });
  }

  /** null: it could not be started. */
  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  get state(): 'starting' | 'up' | 'stopping' {
    return this.#state === 'ended' ? 'stopping' : this.#state;
  }

  /** Resolves when it is gone. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** A spare becomes a shard. */
  prepare(config: ShardConfig): void {
    this.#post({ type: 'prepare', config });
  }

  /** Its first message. What was sent before follows. */
  begin(message: Extract<ToShard, { readonly type: 'start' }>): void {
    this.#log = this.#allLog.child({ shard: message.config.shard });
    const early = this.#early?.splice(0) ?? [];
    this.#early = null;
    this.send(message);
    for (const [message, handle] of early) this.send(message, handle);
  }

  /** What cannot be sent any more is what `onEnd` tells about. A handle stays this process's too. */
  send(message: ToShard, handle?: object): void {
    if (this.#early) this.#early.push([message, handle]);
    else this.#post(message, handle);
  }

  /** Lets it close inherited descriptors, at once. */
  drop(fds: readonly number[]): void {
    this.#post({ type: 'drop', fds });
  }

  handOver(connection: HandedConnection): void {
    this.untaken.push(connection);
    this.send(connection.message, connection.socket);
  }

  /** Resolves to the tenants that are not well; null: the shard ended before it answered. */
  async command(
    command: Command,
    parcels: readonly SocketParcel[] = [],
  ): Promise<readonly TenantReport[] | null> {
    const answer = await this.#ask(command, parcels);
    return answer?.type === 'done' ? answer.failures : null;
  }

  async report(scope: ReportScope): Promise<ShardReport | null> {
    const answer = await this.#ask({ type: 'report', scope });
    return answer?.type === 'report' ? answer.report : null;
  }

  async sessions(tenant: TenantId): Promise<readonly SessionRecord[]> {
    const answer = await this.#ask({ type: 'sessions', tenant });
    return answer?.type === 'sessions' ? answer.sessions : [];
  }

  /** @throws MpctlError as the shard did, and SHARD_ENDED */
  async work<Kind extends MailWork['kind']>(
    tenant: TenantId,
    work: MailWork & { readonly kind: Kind },
    cancelled?: AbortSignal,
  ): Promise<MailWorkDone[Kind]> {
    const asked = this.#ask({ type: 'work', tenant, work });
    const seq = this.#seq;
    const cancel = () => this.send({ type: 'cancel', seq });
    cancelled?.addEventListener('abort', cancel, { once: true });
    const answer = await asked;
    cancelled?.removeEventListener('abort', cancel);
    if (answer?.type !== 'worked')
      throw new MpctlError('SHARD_ENDED', `the shard of ${tenant} ended meanwhile`);
    const { done, failure } = answer;
    if (failure) throw new MpctlError(failure.code, failure.message, { hint: failure.hint });
    return done as MailWorkDone[Kind];
  }

  /** Resolves when the process is gone. */
  stop(drainMs: number): Promise<void> {
    this.wasStopped = true;
    if (this.#state === 'starting' || this.#state === 'up') {
      this.#state = 'stopping';
      this.send({ type: 'stop', drainMs });
    }
    return this.#ended.promise;
  }

  kill(): void {
    this.wasStopped = true;
    this.#child.kill('SIGKILL');
  }

  #post(message: ToShard, handle?: object): void {
    this.#child.send(message, handle as SendHandle | undefined, { keepOpen: true }, () => {});
  }

  #ask(command: Command | Question, parcels: readonly SocketParcel[] = []): Promise<FromShard | null> {
    if (this.#state === 'ended') return Promise.resolve(null);
    const seq = ++this.#seq;
    return new Promise(resolve => {
      this.#answers.set(seq, resolve);
      this.send({ ...command, seq } as ToShard);
      for (const { message, handle } of parcels) this.send({ type: 'socket', seq, ...message }, handle);
    });
  }

  #receive(message: FromShard): void {
    if (message.type === 'ready') this.#ready(message);
    // Only this process's descriptor of it is closed.
    else if (message.type === 'taken') this.untaken.shift()?.socket.destroy();
    else if (message.type === 'tenant') this.onTenant(message.tenant);
    else if (message.type === 'heartbeat') {
      this.rssBytes = message.rssBytes;
      this.longestBlockMs = message.longestBlockMs;
    } else if (message.type !== 'stopped') {
      this.#answers.get(message.seq)?.(message);
      this.#answers.delete(message.seq);
    }
  }

  #ready({ wireVersion: theirs, failures }: Extract<FromShard, { type: 'ready' }>): void {
    if (theirs !== wireVersion) {
      this.#log.error({ theirs, ours: wireVersion }, 'the shard is of another version');
      this.#child.kill('SIGKILL');
    } else if (this.#state === 'starting') {
      this.#state = 'up';
      this.onReady(failures);
    }
  }

  #end(fields: Readonly<Record<string, unknown>>): void {
    if (this.#state === 'ended') return;
    const early = this.#state === 'starting';
    this.#state = 'ended';
    if (!this.wasStopped) this.#log.error({ shardPid: this.pid, ...fields }, 'a shard ended');
    for (const answer of this.#answers.values()) answer(null);
    this.#answers.clear();
    this.onEnd(early);
    this.#ended.resolve();
  }
}
