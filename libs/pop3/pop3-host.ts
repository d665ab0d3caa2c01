/**
 * What the POP3 engine asks of a tenant, and what it offers. One engine serves all tenants of a shard; nothing of a
 * tenant is kept in it but its live sessions.
 */
import type { Socket } from 'node:net';
import type { Limits } from '../connection/limiter.ts';
import type { LineListener } from '../connection/listener.ts';
import type { LoginResult, Proof } from '../passwords/proof.ts';

/** Read anew at each command. */
export type Pop3Settings = {
  readonly hostname: string;
  /** `{app}` of the greeting: `mpctl` or `mpctl (<label>)`. */
  readonly app: string;
  readonly suspended: boolean;
  /** Offers APOP, for which the users' passwords must be known in plain. */
  readonly apop: boolean;
  /** For each line. Taken when a session begins. */
  readonly timeoutMs: number;
  /** Connections only. */
  readonly limits: Limits;
};

/** RFC 1939 §3 asks for 10 minutes at least. */
export const defaultPop3TimeoutMs = 10 * 60_000;

export type DropMessage = {
  readonly id: string;
  readonly sizeBytes: number;
};

export interface Pop3Host {
  readonly settings: Pop3Settings;
  /** A refusal comes a second after the attempt. */
  login(user: string, proof: Proof): Promise<LoginResult>;
  /** The newest mails, newest first, as the client will see them until it leaves. */
  maildrop(): Promise<readonly DropMessage[]>;
  /** null: it is gone meanwhile. */
  raw(id: string): Promise<Buffer | null>;
  remove(ids: readonly string[]): Promise<void>;
  /** Called for every `-ERR`, without that word. */
  refused(message: string, remoteAddress: string): void;
}

export interface Pop3Engine {
  /** Serves a session on an accepted socket until it ends. Never throws, never rejects. */
  serve(socket: Socket, host: Pop3Host, listener?: LineListener): void;
  /** Ends the sessions of a host, or those on some sockets, after what they are at, at most `drainMs` later. */
  end(host: Pop3Host, drainMs: number, isMeant?: (socket: Socket) => boolean): Promise<void>;
  connections(host: Pop3Host): number;
  /** Whether nothing is known of a host any more: no session, no count of a limit. */
  isAtRest(host: Pop3Host): boolean;
}
