/**
 * Mailpit's own settings. The key that a name stands for follows from it (`MP_SMTP_MAX_RECIPIENTS` is
 * `smtp.maxRecipients`), so a name works from the day its key exists; until then it is refused by name.
 */
import { nearestName } from '../base/nearest-name.ts';
import { setAt } from './fill-in.ts';
import type { Finding } from './finding.ts';
import { tenantKeys } from './key-table.ts';
import { ourValue } from './mailpit-values.ts';
import type { Entry } from './written.ts';

/** Every setting of Mailpit 1.30 that the environment takes → the flags that say the same, with their dashes. */
export const mailpitNames: Readonly<Record<string, readonly string[]>> = {
  MP_DATABASE: ['-d', '--database', '--db-file'],
  MP_DISABLE_WAL: ['--disable-wal'],
  MP_DISABLE_VERSION_CHECK: ['--disable-version-check'],
  MP_DISABLE_AUTO_VACUUM: ['--disable-auto-vacuum'],
  MP_COMPRESSION: ['--compression'],
  MP_LABEL: ['--label'],
  MP_TENANT_ID: ['--tenant-id'],
  MP_MAX_MESSAGES: ['-m', '--max'],
  MP_MAX_AGE: ['--max-age'],
  MP_MAX_MESSAGE_SIZE: ['--max-message-size'],
  MP_USE_MESSAGE_DATES: ['--use-message-dates'],
  MP_IGNORE_DUPLICATE_IDS: ['--ignore-duplicate-ids'],
  MP_LOG_FILE: ['--log-file'],
  MP_QUIET: ['-q', '--quiet'],
  MP_VERBOSE: ['-v', '--verbose'],
  MP_UI_BIND_ADDR: ['-l', '--listen'],
  MP_WEBROOT: ['--webroot'],
  MP_UI_AUTH_FILE: ['--ui-auth-file'],
  MP_UI_AUTH: [],
  MP_UI_TLS_CERT: ['--ui-tls-cert', '--ui-ssl-cert'],
  MP_UI_TLS_KEY: ['--ui-tls-key', '--ui-ssl-key'],
  MP_API_CORS: ['--api-cors'],
  MP_BLOCK_REMOTE_CSS_AND_FONTS: ['--block-remote-css-and-fonts'],
  MP_ALLOW_INTERNAL_HTTP_REQUESTS: ['--allow-internal-http-requests'],
  MP_DISABLE_LINK_CHECK_RATE_LIMIT: ['--disable-link-check-rate-limit'],
  MP_ENABLE_SPAMASSASSIN: ['--enable-spamassassin'],
  MP_ALLOW_UNTRUSTED_TLS: ['--allow-untrusted-tls'],
  MP_DISABLE_HTTP_COMPRESSION: ['--disable-http-compression'],
  MP_HIDE_DELETE_ALL_BUTTON: ['--hide-delete-all-button'],
  MP_SEND_API_AUTH_FILE: ['--send-api-auth-file'],
  MP_SEND_API_AUTH: [],
  MP_SEND_API_AUTH_ACCEPT_ANY: ['--send-api-auth-accept-any'],
  MP_SMTP_BIND_ADDR: ['-s', '--smtp'],
  MP_SMTP_AUTH_FILE: ['--smtp-auth-file'],
  MP_SMTP_AUTH: [],
  MP_SMTP_AUTH_ACCEPT_ANY: ['--smtp-auth-accept-any'],
  MP_SMTP_TLS_CERT: ['--smtp-tls-cert', '--smtp-ssl-cert'],
  MP_SMTP_TLS_KEY: ['--smtp-tls-key', '--smtp-ssl-key'],
  MP_SMTP_REQUIRE_STARTTLS: ['--smtp-require-starttls', '--smtp-tls-required'],
  MP_SMTP_REQUIRE_TLS: ['--smtp-require-tls'],
  MP_SMTP_AUTH_ALLOW_INSECURE: ['--smtp-auth-allow-insecure'],
  MP_SMTP_STRICT_RFC_HEADERS: ['--smtp-strict-rfc-headers'],
  MP_SMTP_MAX_RECIPIENTS: ['--smtp-max-recipients'],
  MP_SMTP_ALLOWED_RECIPIENTS: ['--smtp-allowed-recipients'],
  MP_SMTP_IGNORE_REJECTED_RECIPIENTS: ['--smtp-ignore-rejected-recipients'],
  MP_SMTP_DISABLE_RDNS: ['--smtp-disable-rdns'],
  MP_SMTP_RELAY_CONFIG: ['--smtp-relay-config'],
  MP_SMTP_RELAY_ALL: ['--smtp-relay-all'],
  MP_SMTP_RELAY_MATCHING: ['--smtp-relay-matching'],
  ...envOnly(
    'MP_SMTP_RELAY_',
    'HOST PORT STARTTLS TLS ALLOW_INSECURE AUTH USERNAME PASSWORD SECRET RETURN_PATH OVERRIDE_FROM ALLOWED_RECIPIENTS BLOCKED_RECIPIENTS PRESERVE_MESSAGE_IDS FWD_SMTP_ERRORS',
  ),
  MP_SMTP_FORWARD_CONFIG: ['--smtp-forward-config'],
  ...envOnly(
    'MP_SMTP_FORWARD_',
    'HOST PORT STARTTLS TLS ALLOW_INSECURE AUTH USERNAME PASSWORD SECRET RETURN_PATH OVERRIDE_FROM TO FWD_SMTP_ERRORS',
  ),
  MP_ENABLE_CHAOS: ['--enable-chaos'],
  MP_CHAOS_TRIGGERS: ['--chaos-triggers'],
  MP_POP3_BIND_ADDR: ['--pop3'],
  MP_POP3_AUTH_FILE: ['--pop3-auth-file'],
  MP_POP3_AUTH: [],
  MP_POP3_TLS_CERT: ['--pop3-tls-cert'],
  MP_POP3_TLS_KEY: ['--pop3-tls-key'],
  MP_TAG: ['-t', '--tag'],
  MP_TAGS_CONFIG: ['--tags-config'],
  MP_TAGS_TITLE_CASE: ['--tags-title-case'],
  MP_TAGS_DISABLE: ['--tags-disable'],
  MP_TAGS_USERNAME: ['--tags-username'],
  MP_ENABLE_PROMETHEUS: ['--enable-prometheus'],
  MP_WEBHOOK_URL: ['--webhook-url'],
  MP_WEBHOOK_LIMIT: ['--webhook-limit'],
  MP_WEBHOOK_DELAY: ['--webhook-delay'],
  MP_DISABLE_HTML_CHECK: ['--disable-html-check'],
  ...envOnly('MP_', 'DEMO_MODE DATA_FILE STRICT_RFC_HEADERS SMTP_TLS_REQUIRED'),
  ...envOnly('MP_', 'UI_SSL_CERT UI_SSL_KEY SMTP_SSL_CERT SMTP_SSL_KEY'),
  ...envOnly('MP_SENDMAIL_', 'SMTP_ADDR FROM'),
};

function envOnly(prefix: string, words: string): Record<string, readonly string[]> {
  return Object.fromEntries(words.split(' ').map(word => [prefix + word, []]));
}

const boundListeners = new Map([
  ['MP_SMTP_BIND_ADDR', 'smtp'],
  ['MP_UI_BIND_ADDR', 'http'],
  ['MP_POP3_BIND_ADDR', 'pop3'],
]);

/** Other names of the same. */
const aliases = new Map([
  ['MP_STRICT_RFC_HEADERS', 'MP_SMTP_STRICT_RFC_HEADERS'],
  ['MP_SMTP_TLS_REQUIRED', 'MP_SMTP_REQUIRE_STARTTLS'],
  // Ours is shorter.
  ['MP_ENABLE_PROMETHEUS', 'MP_PROMETHEUS'],
]);

const keys = new Set(tenantKeys.map(row => row.key));

/** The key that a name stands for; null: there is none yet. */
export function mailpitKey(name: string): string | null {
  const listener = boundListeners.get(name);
  if (listener) return `listeners.${listener}.bind`;
  const [, group = '', rest = ''] =
    /^MP_(?:(SMTP|UI|SEND_API|POP3|TAGS)_)?(.+)$/.exec(aliases.get(name) ?? name) ?? [];
  const key = (group === '' ? '' : `${camelCase(group)}.`) + camelCase(rest);
  return Object.hasOwn(mailpitNames, name) && keys.has(key) ? key : null;
}

function camelCase(words: string): string {
  return words.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Settings by Mailpit's names as a tenant's keys, still text. */
export type MailpitKeys = {
  /** To be validated as a tenant. */
  readonly plain: Readonly<Record<string, unknown>>;
  /** Key path, e.g. `smtp.maxRecipients` → the name that stood for it. */
  readonly nameOf: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
};

/** An empty value leaves a setting unset. */
export function readMailpitSettings(entries: readonly Entry[]): MailpitKeys {
  const plain: Record<string, unknown> = {};
  const nameOf = new Map<string, string>();
  const findings: Finding[] = [];
  for (const { key: name, value } of entries) {
    if (value.kind !== 'text' || value.text === '') continue;
    const key = mailpitKey(name);
    if (key === null) {
      findings.push(refusal(name));
      continue;
    }
    nameOf.set(key, name);
    setAt(plain, key.split('.'), ourValue(name, key, value.text));
  }
  return { plain, nameOf, findings };
}

function refusal(name: string): Finding {
  const path = [name];
  if (name.startsWith('MP_SENDMAIL_')) {
    const message = 'is for those who send: it has no effect on a tenant';
    return { code: 'SPEC_MAILPIT_UNAVAILABLE', message, path, at: 'key' };
  }
  if (Object.hasOwn(mailpitNames, name)) {
    const message = 'is not available in this version';
    return { code: 'SPEC_MAILPIT_UNAVAILABLE', message, path, at: 'key' };
  }
  const nearest = nearestName(name, Object.keys(mailpitNames));
  const hint = nearest === null ? {} : { hint: `did you mean ${nearest}?` };
  return {
    code: 'SPEC_MAILPIT_UNKNOWN',
    message: 'is no setting of Mailpit',
    path,
    at: 'key',
    ...hint,
  };
}
