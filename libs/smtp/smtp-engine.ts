/**
 * The SMTP room: one engine a shard. `session.ts` is the dialogue as a pure table, `conversation.ts` drives it on a
 * socket, `data-reader.ts` finds a mail's end, `address.ts` knows what an address is.
 */
import type { Socket } from 'node:net';
import type { Logger } from '../base/log.ts';
import { Conversation } from './conversation.ts';
import type { SmtpEngine, SmtpHost } from './smtp-host.ts';

export type SmtpEngineOptions = {
  readonly log: Logger;
  /** For each command and data line; 5 minutes when left out. */
  readonly timeoutMs?: number;
};

type HostSessions = { readonly live: Set<Conversation>; readonly whenNone: (() => void)[] };

/** Serves the sessions of all tenants of a shard. */
export function createSmtpEngine({ log, timeoutMs = 5 * 60_000 }: SmtpEngineOptions): SmtpEngine {
  const hosts = new Map<SmtpHost, HostSessions>();

  function sessionsOf(host: SmtpHost): HostSessions {
    const sessions = hosts.get(host) ?? { live: new Set(), whenNone: [] };
    hosts.set(host, sessions);
    return sessions;
  }

  return {
    serve(socket, host) {
      const { live, whenNone } = sessionsOf(host);
      const conversation = new Conversation(socket, host, {
        timeoutMs,
        ...peerOf(socket),
        closed() {
          live.delete(conversation);
          if (live.size > 0) return;
          hosts.delete(host);
          for (const done of whenNone) done();
        },
        failed: error => log.error({ err: error }, 'smtp session failed'),
      });
      live.add(conversation);
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
  };
}

/** A peer on a unix socket has no address: it is this machine. */
function peerOf(socket: Socket): { remoteAddress: string; remoteHost: string } {
  const address = socket.remoteAddress;
  if (address === undefined) return { remoteAddress: '127.0.0.1', remoteHost: 'localhost' };
  return { remoteAddress: address.replace(/^::ffff:/, ''), remoteHost: 'unknown' };
}
