/** What the dialogue says when something between the lines has ended: data, delivery, TLS, a login, patience. Pure. */

import type { LoginResult } from '../passwords/proof.ts';
import { lastStep, newSession, type Session, type Step, step, tooBig, withoutMail } from './session.ts';
import type { Delivery, SmtpSettings } from './smtp-host.ts';

/** The data came whole and was given to the host. After a refusal the envelope stays, as the reference has it. */
export function delivered(session: Session, delivery: Delivery): Step {
  if (delivery.outcome === 'refused') return step(session, delivery.reply);
  const queued = delivery.id === null ? 'queued' : `queued as ${delivery.id}`;
  return step(withoutMail(session), `250 2.0.0 Ok: ${queued}`);
}

/** The data was larger than allowed; `drained` when its end was seen, so that commands may follow. */
export function dataTooBig(session: Session, settings: SmtpSettings, drained: boolean): Step {
  return drained ? step(session, tooBig(settings)) : lastStep(session, tooBig(settings));
}

/** No room for the data: in this process, or by the limit of a minute that is named. */
export function noRoom(session: Session, limit: string, drained: boolean): Step {
  const reply = `452 4.3.1 ${limit === '' ? 'Insufficient system storage' : `Too many bytes ${limit}`}`;
  return drained ? step(session, reply) : lastStep(session, reply);
}

/** The peer ended its side in the middle of the data. */
export function dataCut(session: Session): Step {
  return lastStep(session, '451 4.3.0 Requested action aborted: local error in processing');
}

/** There is a certificate: the handshake follows. Whoever speaks then is a stranger again (RFC 3207 §4.2). */
export function tlsReady(session: Session): Step {
  const anew = { ...newSession, tls: true, badCommands: session.badCommands };
  return step(anew, '220 2.0.0 Ready to start TLS');
}

/** There is no certificate to show. */
export function tlsUnavailable(session: Session): Step {
  return step(session, '454 4.7.0 TLS not available due to temporary reason');
}

export function loggedIn(session: Session, user: string, result: LoginResult): Step {
  if (result === 'accepted') return step({ ...session, user }, '235 2.7.0 Authentication successful');
  if (result === 'unavailable') return step(session, '454 4.7.0 Temporary authentication failure');
  return step(session, '535 5.7.8 Authentication credentials invalid');
}

/** Nothing came for too long. */
export function timedOut(session: Session, { hostname, app }: SmtpSettings): Step {
  const text = 'ESMTP Service closing transmission channel after timeout exceeded';
  return lastStep(session, `421 4.4.2 ${hostname} ${app} ${text}`);
}

/** The tenant is leaving this process. */
export function shuttingDown(session: Session, { hostname, app }: SmtpSettings): Step {
  return lastStep(session, `421 4.3.2 ${hostname} ${app} ESMTP Service shutting down`);
}

/** There are too many connections already; `limit` says which. */
export function tooManyConnections(session: Session, { hostname, app }: SmtpSettings, limit: string): Step {
  return lastStep(session, `421 4.7.0 ${hostname} ${app} Too many connections ${limit}`);
}
