/** Command lines as they may be shown: without secrets, without what may be mail data that came at the wrong time. Pure. */
import type { Session } from './session.ts';

/** Commands of which everything may be shown, and foreign ones of which the name tells what went wrong. */
const shown = new Set(['HELO', 'EHLO', 'MAIL', 'RCPT', 'XCLIENT', 'STARTTLS']);
const named = new Set(['DATA', 'RSET', 'NOOP', 'QUIT', 'HELP', 'VRFY', 'EXPN', 'BDAT', 'LHLO', 'XFORWARD']);

const hidden = '<hidden>';

/** The line that was said in this session, for a transcript. */
export function redactLine(session: Session, line: string): string {
  if (session.auth) return hidden;
  const [word = '', next, ...more] = line.split(' ');
  const verb = word.toUpperCase();
  if (shown.has(verb)) return line;
  if (verb === 'AUTH') return [word, next, ...(more.length > 0 ? [hidden] : [])].join(' ').trim();
  if (named.has(verb)) return next === undefined ? word : `${word} …`;
  return `<${line.length} characters>`;
}
