/** Command lines as they may be shown: without secrets, without what may be mail data that came at the wrong time. Pure. */
import { splitWord } from './command-line.ts';
import type { Session } from './session.ts';

/** Commands of which all may be shown, as long as it looks like an argument and not like a sentence of a mail. */
const shown: Readonly<Record<string, RegExp>> = {
  HELO: /^\S*$/,
  EHLO: /^\S*$/,
  MAIL: /^from\b\s*[:<]/i,
  RCPT: /^to\b\s*[:<]/i,
  AUTH: /^(PLAIN|LOGIN|CRAM-MD5|XOAUTH2|OAUTHBEARER|DIGEST-MD5|NTLM|SCRAM-\S+|EXTERNAL|ANONYMOUS)?$/i,
  XCLIENT: /^(\w+=\S*\s*)+$/,
};

/** Those of which the name tells enough. */
const named = new Set([
  'STARTTLS',
  'DATA',
  'RSET',
  'NOOP',
  'QUIT',
  'HELP',
  'VRFY',
  'EXPN',
  'BDAT',
  'LHLO',
  'XFORWARD',
]);

const hidden = '<hidden>';

/** The line that was said in this session, for a transcript. */
export function redactLine(session: Session, line: string): string {
  if (session.auth) return hidden;
  const [word, argument] = splitWord(line);
  const verb = word.toUpperCase();
  const pattern = shown[verb];
  if (verb === 'AUTH') {
    const [mechanism, secret] = splitWord(argument);
    if (!pattern?.test(mechanism)) return `${word} ${hidden}`;
    return secret === '' ? line : `${word} ${mechanism} ${hidden}`;
  }
  if (pattern?.test(argument)) return line;
  if (pattern || named.has(verb)) return argument === '' ? word : `${word} …`;
  return `<${line.length} characters>`;
}
