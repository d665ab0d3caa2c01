/**
 * The SMTP room: one engine a shard. `session.ts` is the dialogue as a pure table, `conversation.ts` drives it on a
 * connection, `data-reader.ts` finds a mail's end, `address.ts` knows what an address is.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { Limiter } from '../connection/limiter.ts';
import { hostNameOf } from '../connection/reverse-dns.ts';
import { Budget } from './budget.ts';
import { Conversation, type Surroundings } from './conversation.ts';
import { plainListener, type SmtpEngine, type SmtpHost, type SmtpListener } from './smtp-host.ts';
import { type TranscriptLimits, Transcripts } from './transcripts.ts';

export type SmtpEngineOptions = {
  readonly log: Logger;
  readonly clock?: Clock;
  /** At least 0, less than 1; decides when chaos strikes. */
  readonly random?: () => number;
  /** The name that the DNS has for an address, or `unknown`; resolves soon, whatever the DNS does. */
  readonly lookUp?: (address: string) => Promise<string>;
  /** Mail data that may be in memory, of all hosts; one host may have half of it. */
  readonly maxDataBytes?: number;
  readonly transcripts?: TranscriptLimits;
};

const kib = 1024;
const mib = 1024 * kib;

type HostSessions = Surroundings & {
  readonly live: Set<Conversation>;
  readonly whenNone: (() => void)[];
};

/** Serves the sessions of all tenants of a shard. */
export function createSmtpEngine({
  log,
  clock = Date.now,
  random = Math.random,
  lookUp = hostNameOf,
  maxDataBytes = 512 * mib,
  transcripts: transcriptLimits = { maxHostBytes: 16 * kib, maxBytes: 16 * mib },
}: SmtpEngineOptions): SmtpEngine {
  const hosts = new Map<SmtpHost, HostSessions>();
  /** Outlive the sessions: a minute is counted across them. */
  const limiters = new WeakMap<SmtpHost, Limiter>();
  const transcripts = new Transcripts<SmtpHost>(clock, transcriptLimits);
  const budget = new Budget(maxDataBytes);

  function limiterOf(host: SmtpHost): Limiter {
    const limiter = limiters.get(host) ?? new Limiter(clock);
    limiters.set(host, limiter);
    return limiter;
  }

  function sessionsOf(host: SmtpHost): HostSessions {
    const known = hosts.get(host);
    if (known) return known;
    const live = new Set<Conversation>();
    const whenNone: (() => void)[] = [];
    const sessions: HostSessions = {
      live,
      whenNone,
      host,
      limiter: limiterOf(host),
      budget: new Budget(maxDataBytes / 2, budget),
      transcripts,
      clock,
      random,
      lookUp,
      connectionsOf: listener => countOn(listener, live),
      closed(conversation) {
        live.delete(conversation);
        if (live.size > 0) return;
        hosts.delete(host);
        for (const done of whenNone) done();
      },
      failed: error => log.error({ err: error }, 'smtp session failed'),
    };
    hosts.set(host, sessions);
    return sessions;
  }

  return {
    serve(socket, host, listener = plainListener) {
      const sessions = sessionsOf(host);
      const conversation = new Conversation(socket, listener, sessions);
      sessions.live.add(conversation);
      conversation.open();
    },

    async end(host, drainMs) {
      const sessions = hosts.get(host);
      if (!sessions) return;
      const none = new Promise<void>(resolve => sessions.whenNone.push(resolve));
      for (const conversation of sessions.live) conversation.leave();
      const deadline = setTimeout(() => {
        for (const conversation of sessions.live) conversation.destroy();
      }, drainMs);
      await none;
      clearTimeout(deadline);
    },

    connections: host => hosts.get(host)?.live.size ?? 0,
    transcript: host => transcripts.of(host),
    forget(host) {
      transcripts.forget(host);
      limiters.delete(host);
    },
  };
}

function countOn(listener: SmtpListener, live: ReadonlySet<Conversation>): number {
  let count = 0;
  for (const conversation of live) if (conversation.listener === listener) count++;
  return count;
}
