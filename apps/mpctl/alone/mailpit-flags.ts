import { nearestName } from '../../../libs/base/nearest-name.ts';
import { mailpitNames } from '../../../libs/spec/mailpit-names.ts';
import { UsageError } from '../usage-error.ts';

/** A setting by its `MP_` name: its text, and the word that gave it, for messages. */
export type MailpitSetting = { readonly value: string; readonly from: string };
export type MailpitSettings = ReadonlyMap<string, MailpitSetting>;

/** Settings whose flag stands alone, or takes `=false`. */
const switches = new Set(
  [
    'DISABLE_WAL DISABLE_VERSION_CHECK DISABLE_AUTO_VACUUM USE_MESSAGE_DATES IGNORE_DUPLICATE_IDS QUIET VERBOSE',
    'BLOCK_REMOTE_CSS_AND_FONTS ALLOW_INTERNAL_HTTP_REQUESTS DISABLE_LINK_CHECK_RATE_LIMIT ALLOW_UNTRUSTED_TLS',
    'DISABLE_HTTP_COMPRESSION HIDE_DELETE_ALL_BUTTON SEND_API_AUTH_ACCEPT_ANY SMTP_AUTH_ACCEPT_ANY',
    'SMTP_REQUIRE_STARTTLS SMTP_REQUIRE_TLS SMTP_AUTH_ALLOW_INSECURE SMTP_STRICT_RFC_HEADERS',
    'SMTP_IGNORE_REJECTED_RECIPIENTS SMTP_DISABLE_RDNS SMTP_RELAY_ALL ENABLE_CHAOS TAGS_TITLE_CASE TAGS_USERNAME',
    'DISABLE_HTML_CHECK',
  ].flatMap(names => names.split(' ').map(name => `MP_${name}`)),
);

const nameOfFlag = new Map([
  ...Object.entries(mailpitNames).flatMap(([name, flags]) => flags.map(flag => [flag, name] as const)),
  ['--data-dir', 'MPCTL_DATA_DIR'],
]);

/**
 * Mailpit's settings (and `--data-dir`) from the environment and, winning, from its flags: `--max 10`, `--max=10`, `-m 10`, `-m10`, bundled
 * switches (`-qv`). Throws {@link UsageError}.
 */
export function parseMailpitFlags(words: readonly string[], env: NodeJS.ProcessEnv): MailpitSettings {
  const settings = new Map<string, MailpitSetting>();
  for (const [name, value] of Object.entries(env)) {
    // What somebody who sends needs is no setting of a sandbox.
    const isMeant = /^MP_(?!SENDMAIL_)|^MPCTL_DATA_DIR$/.test(name);
    if (isMeant && value) settings.set(name, { value, from: name });
  }
  for (let index = 0; index < words.length; index++) {
    for (const { flag, attached } of flagsIn(words[index] as string)) {
      const name = nameOfFlag.get(flag);
      if (name === undefined) throw unknownFlag(flag);
      const value = attached ?? (switches.has(name) ? 'true' : words[++index]);
      if (value === undefined) throw new UsageError(`${flag} needs a value`);
      settings.set(name, { value, from: flag });
    }
  }
  return settings;
}

type Flag = { readonly flag: string; readonly attached?: string };

/** The flags of a word: one, or several letters that stand alone. */
function flagsIn(word: string): Flag[] {
  const long = /^(--[^=]+)(?:=([\s\S]*))?$/.exec(word);
  if (long) return [{ flag: long[1] ?? '', ...(long[2] === undefined ? {} : { attached: long[2] }) }];
  if (!/^-[^-]/.test(word)) throw new UsageError(`${word} is no flag`, 'this takes flags alone');
  const flag = word.slice(0, 2);
  const rest = word.slice(2).replace(/^=/, '');
  if (rest === '') return [{ flag }];
  return switches.has(nameOfFlag.get(flag) ?? '') && !word.includes('=')
    ? [{ flag }, ...flagsIn(`-${rest}`)]
    : [{ flag, attached: rest }];
}

function unknownFlag(flag: string): UsageError {
  const words = [...nameOfFlag.keys()].flatMap(known => /^--(.+)/.exec(known)?.[1] ?? []);
  const near = nearestName(flag.replace(/^-+/, ''), words);
  return new UsageError(`Mailpit has no flag ${flag}`, near === null ? '' : `did you mean --${near}?`);
}
