/** The lines of AUTH (RFC 4954): what the server asks, what the client answers, until there is something to verify. Pure. */
import type { Proof } from '../passwords/proof.ts';
import type { Mechanism } from './smtp-host.ts';

/** What the next line of the client is. */
export type AuthDialogue =
  | { readonly expect: 'plain' | 'user' }
  | { readonly expect: 'password'; readonly user: string }
  | { readonly expect: 'cram-md5'; readonly challenge: string };

export type AuthStep =
  | { readonly ask: string; readonly next: AuthDialogue }
  | { readonly fault: string }
  | { readonly user: string; readonly proof: Proof };

const cannotDecode: AuthStep = { fault: '501 5.5.2 Syntax error (unable to decode)' };
const cannotParse: AuthStep = { fault: '501 5.5.2 Syntax error (unable to parse)' };

/** `initial` is what follows the mechanism in the AUTH command; `challenge` makes one that was never used before. */
export function beginAuth(mechanism: Mechanism, initial: string, challenge: () => string): AuthStep {
  if (mechanism === 'CRAM-MD5') {
    const sent = challenge();
    return { ask: base64(sent), next: { expect: 'cram-md5', challenge: sent } };
  }
  if (mechanism === 'LOGIN') {
    const next = { expect: 'user' } as const;
    return initial === '' ? { ask: base64('Username:'), next } : continueAuth(next, initial);
  }
  const next = { expect: 'plain' } as const;
  return initial === '' ? { ask: '', next } : continueAuth(next, initial);
}

/** `line` is the client's answer; there is no way to cancel, as in the reference: `*` cannot be decoded. */
export function continueAuth(dialogue: AuthDialogue, line: string): AuthStep {
  const answer = decode(line);
  if (answer === null) return cannotDecode;
  switch (dialogue.expect) {
    case 'plain': {
      const [, user, password, ...more] = answer.split('\0');
      if (user === undefined || password === undefined || more.length > 0) return cannotParse;
      return { user, proof: { type: 'password', password } };
    }
    case 'user':
      return { ask: base64('Password:'), next: { expect: 'password', user: answer } };
    case 'password':
      return { user: dialogue.user, proof: { type: 'password', password: answer } };
    case 'cram-md5': {
      const space = answer.lastIndexOf(' ');
      if (space < 0) return cannotParse;
      const digest = answer.slice(space + 1);
      return {
        user: answer.slice(0, space),
        proof: { type: 'cram-md5', challenge: dialogue.challenge, digest },
      };
    }
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function decode(text: string): string | null {
  return base64Pattern.test(text) ? Buffer.from(text, 'base64').toString() : null;
}
