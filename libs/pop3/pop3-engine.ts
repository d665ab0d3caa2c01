/**
 * The POP3 room: one engine a shard. `pop3-session.ts` is the dialogue as a pure table, `pop3-conversation.ts` drives it
 * on a connection, `message-text.ts` makes what is sent of a mail.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { Limiter } from '../connection/limiter.ts';
import { countOn, plainLineListener } from '../connection/listener.ts';
import { LiveSessions } from '../connection/live-sessions.ts';
import { Pop3Conversation, type Pop3Surroundings } from './pop3-conversation.ts';
import type { Pop3Engine, Pop3Host } from './pop3-host.ts';

export type Pop3EngineOptions = { readonly log: Logger; readonly clock?: Clock };

/** Serves the POP3 sessions of all tenants of a shard. */
export function createPop3Engine({ log, clock = Date.now }: Pop3EngineOptions): Pop3Engine {
  const sessions = new LiveSessions<Pop3Host, Pop3Conversation>();
  const surroundings = new WeakMap<Pop3Host, Pop3Surroundings>();

  function surroundingsOf(host: Pop3Host): Pop3Surroundings {
    const known = surroundings.get(host);
    if (known) return known;
    const made: Pop3Surroundings = {
      host,
      limiter: new Limiter(clock),
      clock,
      connectionsOn: listener => countOn(listener, sessions.of(host)),
      closed: conversation => sessions.remove(host, conversation),
      failed: error => log.error({ err: error }, 'pop3 session failed'),
    };
    surroundings.set(host, made);
    return made;
  }

  return {
    serve(socket, host, listener = plainLineListener) {
      const conversation = new Pop3Conversation(socket, listener, surroundingsOf(host));
      sessions.add(host, conversation);
      conversation.open();
    },
    end: (host, drainMs, isMeant) => sessions.end(host, drainMs, isMeant),
    connections: host => sessions.of(host).size,
    isAtRest: host => sessions.of(host).size === 0 && !surroundings.get(host)?.limiter.isCounting,
  };
}
