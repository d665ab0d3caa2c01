/** The commands of a mail transaction: MAIL, RCPT, DATA, RSET. Part of `commands.ts`. */
import {
  isMailbox,
  isPostmaster,
  parseFromArgument,
  parseSizeParameter,
  parseToArgument,
} from './address.ts';
import { chaosReply } from './chaos.ts';
import { type Context, exceeds, type Session, type Step, step, tooBig, withoutMail } from './session.ts';

export function mail(session: Session, argument: string, context: Context): Step {
  if (session.helo === null)
    return step(session, '503 5.5.1 Bad sequence of commands (HELO/EHLO required before MAIL)');
  if (session.recipients !== null)
    return step(session, '503 5.5.1 Bad sequence of commands (RSET/HELO/EHLO required before MAIL)');
  // Any MAIL forgets the recipients that were dropped, a refused one leaves the sender before it in force.
  const before = session.ignored ? { ...session, ignored: false } : session;
  const refuse = (reply: string) => step(before, reply);

  const path = parseFromArgument(argument);
  if (!path) return refuse('501 5.5.4 Syntax error in parameters or arguments (invalid FROM parameter)');
  const fault = path.address === '' ? null : addressFault(path.address, isMailbox);
  if (fault) return refuse(fault);
  const chaos = chaosReply(context.settings.chaos, 'sender', () => context.random());
  if (chaos) return refuse(chaos);
  const size = parseSizeParameter(path.parameters);
  if (Number.isNaN(size))
    return refuse('501 5.5.4 Syntax error in parameters or arguments (invalid SIZE parameter)');
  if (size !== null && exceeds(size, context.settings)) return refuse(tooBig(context.settings));
  const limit = context.take('messages');
  if (limit) return refuse(`450 4.7.1 Too many messages ${limit}`);
  return step({ ...before, from: path.address }, '250 2.1.0 Ok');
}

export function rcpt(session: Session, argument: string, context: Context): Step {
  const { settings } = context;
  if (session.from === null)
    return step(session, '503 5.5.1 Bad sequence of commands (MAIL required before RCPT)');
  const path = parseToArgument(argument);
  if (!path) return step(session, '501 5.5.4 Syntax error in parameters or arguments (invalid TO parameter)');
  const { address } = path;
  const fault = addressFault(address, text => isMailbox(text) || isPostmaster(text));
  if (fault) return step(session, fault);
  const chaos = chaosReply(settings.chaos, 'recipient', () => context.random());
  if (chaos) return step(session, chaos);
  const previous = session.recipients;
  const count = (previous?.count ?? 0) + 1;
  if (count > settings.maxRecipients) return step(session, '452 4.5.3 Too many recipients');
  if (settings.allowedRecipients && !settings.allowedRecipients.test(address)) {
    const effect = { type: 'reject-recipient' } as const;
    return settings.ignoreRejectedRecipients
      ? step({ ...session, ignored: true }, '250 2.1.5 Ok', effect)
      : step(session, '550 5.1.0 Requested action not taken: mailbox unavailable', effect);
  }
  const limit = context.take('recipients');
  if (limit) return step(session, `450 4.7.1 Too many recipients ${limit}`);
  return step({ ...session, recipients: { address, count, previous } }, '250 2.1.5 Ok');
}

export function data(session: Session): Step {
  if (session.from === null || (session.recipients === null && !session.ignored))
    return step(session, '503 5.5.1 Bad sequence of commands (MAIL & RCPT required before DATA)');
  return step(session, '354 Start mail input; end with <CR><LF>.<CR><LF>', { type: 'read-data' });
}

export function rset(session: Session): Step {
  return step(withoutMail(session), '250 2.0.0 Ok');
}

function addressFault(address: string, isAddress: (address: string) => boolean): string | null {
  if (!isAddress(address)) return '553 5.1.3 The address is not a valid RFC 5321 address';
  return Buffer.byteLength(address) > 1024 ? '500 The address is too long' : null;
}
