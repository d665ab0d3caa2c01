import { parseSmtpAddress, type SmtpAddress } from './smtp-address.ts';

export type SendmailFlags = {
  readonly help: boolean;
  /** Speak SMTP on stdin and stdout instead of taking a mail. */
  readonly pipe: boolean;
  readonly server: SmtpAddress;
  /** As given: `a@b` or `Name <a@b>`; null: nobody said. */
  readonly from: string | null;
  readonly recipients: readonly string[];
};

export type FlagFault = {
  /** One line. */
  readonly fault: string;
  /** Whether the usage should follow. */
  readonly usage: boolean;
};

/** Letters of the program sendmail that stand alone and can be bundled; they change nothing here. */
const switches = 'tivnUGIm';
/** Letters whose value is attached or the next word; ignored but for the sender. */
const withValue = 'SfrFBeNRVXLpOC';
/** Letters whose value, if any, is attached: `-odb`, `-q30m`, `-Am`, `-d0.1`. */
const withAttached = 'oqAd';

/** Reads sendmail's way of writing options: bundled letters, attached values, before or after the recipients. */
export function parseFlags(words: readonly string[], env: NodeJS.ProcessEnv): SendmailFlags | FlagFault {
  let help = false;
  let b = false;
  let s = false;
  let addressText = env.MP_SENDMAIL_SMTP_ADDR || 'localhost:1025';
  let from = env.MP_SENDMAIL_FROM || null;
  const recipients: string[] = [];

  const take = (letter: string, value: string) => {
    if (letter === 'S') addressText = value;
    if (letter === 'f' || letter === 'r') from = value;
  };

  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    if (word === '--') {
      recipients.push(...words.slice(index + 1));
      break;
    }
    if (word.startsWith('--')) {
      const [name = '', ...parts] = word.slice(2).split('=');
      const letter = { 'smtp-addr': 'S', from: 'f', help: 'h' }[name];
      if (letter === undefined) return { fault: `unknown flag: --${name}`, usage: true };
      if (letter === 'h') {
        help = true;
        continue;
      }
      const value = parts.length > 0 ? parts.join('=') : words[++index];
      if (value === undefined) return { fault: `flag needs an argument: --${name}`, usage: true };
      take(letter, value);
      continue;
    }
    if (!word.startsWith('-') || word === '-') {
      recipients.push(word);
      continue;
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word.charAt(at);
      const attached = word.slice(at + 1);
      if (letter === 'b') {
        // -bm is what happens anyway; the other modes do not hand mail over.
        if (attached === 'm') break;
        if (attached !== '' && !attached.startsWith('s')) return { fault: 'error: use -bs', usage: false };
        b = true;
      } else if (letter === 's') {
        s = true;
      } else if (letter === 'h' && !/^\d/.test(attached)) {
        help = true;
      } else if (withValue.includes(letter)) {
        const value = attached === '' ? words[++index] : attached;
        if (value === undefined) return { fault: `flag needs an argument: -${letter}`, usage: true };
        take(letter, value);
        break;
      } else if (withAttached.includes(letter) || letter === 'h') {
        break;
      } else if (!switches.includes(letter)) {
        return { fault: `unknown shorthand flag: '${letter}' in ${word}`, usage: true };
      }
    }
  }
  if (b !== s) return { fault: 'error: use -bs', usage: false };
  const server = parseSmtpAddress(addressText);
  if (server === null) {
    return { fault: `no SMTP address: ${addressText} (host:port or unix:PATH)`, usage: true };
  }
  return { help, pipe: b, server, from, recipients };
}
