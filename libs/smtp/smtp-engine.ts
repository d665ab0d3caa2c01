/**
 * The SMTP room: one engine a shard. `session.ts` is the dialogue as a pure table, `conversation.ts` drives it on a
 * connection, `data-reader.ts` finds a mail's end, `address.ts` knows what an address is.
 */

import { Budget } from '../base/budget.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { Limiter } from '../connection/limiter.ts';
import { countOn } from '../connection/listener.ts';
import { LiveSessions } from '../connection/live-sessions.ts';
import { hostNameOf } from '../connection/reverse-dns.ts';
import { Conversation, type Surroundings } from './conversation.ts';
import { plainListener, type SmtpEngine, type SmtpHost } from './smtp-host.ts';
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

/** Serves the sessions of all tenants of a shard. */
export function createSmtpEngine({
  log,
  clock = Date.now,
  random = Math.random,
  lookUp = hostNameOf,
  maxDataBytes = 512 * mib,
  transcripts: transcriptLimits = { maxHostBytes: 16 * kib, maxBytes: 8 * mib },
}: SmtpEngineOptions): SmtpEngine {
  const sessions = new LiveSessions<SmtpHost, Conversation>();
  const transcripts = new Transcripts<SmtpHost>(clock, transcriptLimits);
  const budget = new Budget(maxDataBytes);
  /** What the sessions of a host share. Outlives them: a minute is counted across sessions. */
  const surroundings = new WeakMap<SmtpHost, Surroundings>();

  function surroundingsOf(host: SmtpHost): Surroundings {
    const known = surroundings.get(host);
    if (known) return known;
    const made: Surroundings = {
      host,
      limiter: new Limiter(clock),
      budget: new Budget(maxDataBytes / 2, budget),
      transcripts,
      clock,
      random,
      lookUp,
      connectionsOn: listener => countOn(listener, sessions.of(host)),
      closed: conversation => sessions.remove(host, conversation),
      failed: error => log.error({ err: error }, 'smtp session failed'),
    };
    surroundings.set(host, made);
    return made;
  }

  function forget(host: SmtpHost): void {
    transcripts.forget(host);
    surroundings.delete(host);
  }

  return {
    serve(socket, host, listener = plainListener) {
      const conversation = new Conversation(socket, listener, surroundingsOf(host));
      sessions.add(host, conversation);
      conversation.open();
    },

    end: (host, drainMs, isMeant) => sessions.end(host, drainMs, isMeant),
    connections: host => sessions.of(host).size,
    transcript: host => transcripts.of(host),
    release(host) {
      const counting = surroundings.get(host)?.limiter.isCounting ?? false;
      if (sessions.of(host).size > 0 || counting) return false;
      surroundings.delete(host);
      if (!transcripts.isSilent(host)) return false;
      transcripts.forget(host);
      return true;
    },
    forget,
  };
}
