/** The keys of SMTP and POP3, for a tenant and for its listeners. Part of `schema.ts`. */
import { byteSize, count, countFromOne, duration, flag, oneOf, path } from './kinds.ts';
import { certificate, chaosTriggers, credential, pattern, someTime } from './kinds-smtp.ts';
import { listener, many, map, one, tenant } from './schema-parts.ts';

const live = 'live' as const;

/** What a listener for SMTP or POP3 may say besides what every listener may. */
export const lineListenerKeys = {
  tls: listener('tls', oneOf('none', 'starttls', 'implicit'), {
    description:
      '`starttls`: on request (STARTTLS, STLS) · `implicit`: from the first byte. SMTP and POP3 only.',
    default: null,
    otherwise: 'for SMTP what `smtp` says, for POP3 what `pop3` says',
    example: 'implicit',
    apply: live,
  }),
  requireStarttls: listener('requireStarttls', flag, {
    description: 'Takes mail only after STARTTLS.',
    default: null,
    otherwise: 'what `smtp` says',
    example: 'true',
    apply: live,
  }),
  xclient: listener('xclient', flag, {
    description:
      'Believes whom the peer says that it speaks for (XCLIENT): its socket must admit that peer alone. SMTP only.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  proxyProtocol: listener('proxyProtocol', flag, {
    description:
      'Demands a PROXY header, version 1 or 2, and believes it: its socket must admit that peer alone. SMTP and POP3 only.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
};

export const smtpKeys = {
  maxRecipients: tenant('smtp.maxRecipients', countFromOne, {
    description: 'Recipients that one mail may have.',
    unit: 'recipients',
    default: '100',
    example: '20',
    apply: live,
  }),
  auth: many('smtp.auth', credential, {
    description:
      'Who may send: `user:hash` as `mpctl tenant passwd` writes it, `file:<password file>` or `env:<variable>`. Mail then needs a login.',
    default: '[]',
    example: '["env:PROJECT_B_SMTP"]',
    apply: live,
  }),
  authFile: tenant('smtp.authFile', path, {
    description:
      'Password file of those who may send, instead of `auth`. Mail then needs a login, and STARTTLS.',
    default: null,
    otherwise: 'none',
    example: 'smtp-users',
    apply: live,
  }),
  authAcceptAny: tenant('smtp.authAcceptAny', flag, {
    description: 'Takes any name and password, and mail without a login too.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  authAllowInsecure: one(null, flag, {
    description: 'Lets logins be without TLS.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  authMechanisms: many('smtp.authMechanisms', oneOf('LOGIN', 'PLAIN', 'CRAM-MD5'), {
    description: 'Ways to log in that are offered. CRAM-MD5 needs the passwords in plain, from a reference.',
    default: '[LOGIN, PLAIN]',
    example: '[PLAIN]',
    apply: live,
  }),
  tlsCert: tenant('smtp.tlsCert', certificate, {
    description:
      'Certificate with its chain, read again when it changes; or `sans:` and names, for which one is made.',
    default: null,
    otherwise: 'none: there is no TLS',
    example: '/etc/ssl/mail.pem',
    apply: live,
  }),
  tlsKey: tenant('smtp.tlsKey', certificate, {
    description: 'Key of that certificate; for `sans:` the same text.',
    default: null,
    otherwise: 'none',
    example: '/etc/ssl/mail.key',
    apply: live,
  }),
  requireStarttls: one(null, flag, {
    description: 'Takes mail only after STARTTLS, on every SMTP listener that does not say otherwise.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  requireTls: one(null, flag, {
    description: 'Begins TLS before any word, on every SMTP listener that does not say otherwise.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  strictRfcHeaders: tenant('smtp.strictRfcHeaders', flag, {
    description: 'Leaves line ends of CR CR LF as they are.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  allowedRecipients: tenant('smtp.allowedRecipients', pattern, {
    description: 'Takes mail only for recipients in which this regular expression (RE2) is found.',
    default: null,
    otherwise: 'every recipient is allowed',
    example: '"@example\\\\.com$"',
    apply: live,
  }),
  ignoreRejectedRecipients: tenant('smtp.ignoreRejectedRecipients', flag, {
    description: 'Answers that other recipients are fine, and drops them. Only with `allowedRecipients`.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  disableRdns: tenant('smtp.disableRdns', flag, {
    description: 'Does not look up the names of those who send.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  maxBadCommands: tenant('smtp.maxBadCommands', count, {
    description: 'Syntax and sequence errors that end a session; 0 sets no limit.',
    unit: 'commands',
    default: '0',
    example: '20',
    apply: live,
  }),
  timeout: tenant('smtp.timeoutMs', someTime, {
    description: 'How long a client may take for a line.',
    unit: 'time',
    default: '5m',
    example: '1m',
    apply: live,
  }),
  maxSession: tenant('smtp.maxSessionMs', duration, {
    description: 'How long a session may last; 0 for ever.',
    unit: 'time',
    default: '0',
    example: '1h',
    apply: live,
  }),
};

export const pop3Keys = {
  auth: many('pop3.auth', credential, {
    description: 'Who may fetch mail, as in `smtp.auth`. A POP3 listener needs this or `authFile`.',
    default: '[]',
    example: '["env:PROJECT_B_POP3"]',
    apply: live,
  }),
  authFile: tenant('pop3.authFile', path, {
    description: 'Password file of those who may fetch mail, instead of `auth`.',
    default: null,
    otherwise: 'none',
    example: 'pop3-users',
    apply: live,
  }),
  apop: tenant('pop3.apop', flag, {
    description: 'Offers APOP, which needs the passwords in plain, from a reference.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  tlsCert: tenant('pop3.tlsCert', certificate, {
    description: 'Certificate, as `smtp.tlsCert`.',
    default: null,
    otherwise: 'none: there is no TLS',
    example: '/etc/ssl/mail.pem',
    apply: live,
  }),
  tlsKey: tenant('pop3.tlsKey', certificate, {
    description: 'Key of that certificate.',
    default: null,
    otherwise: 'none',
    example: '/etc/ssl/mail.key',
    apply: live,
  }),
  tls: one(null, oneOf('none', 'starttls', 'implicit'), {
    description: '`starttls`: on request (STLS) · `implicit`: from the first byte.',
    default: null,
    otherwise: '`implicit` with a certificate, else `none`',
    example: 'starttls',
    apply: live,
  }),
};

const perMinute = 'In a minute; 0 sets no limit.';

export const limitsKeys = {
  connections: tenant('limits.connections', count, {
    description: 'SMTP sessions, and as many POP3 sessions, at a time; 0 sets no limit.',
    unit: 'connections',
    default: '500',
    example: '50',
    apply: live,
  }),
  httpConnections: tenant('limits.httpConnections', count, {
    description:
      'HTTP connections at a time, WebSockets among them; one more is answered 503. 0 sets no limit.',
    unit: 'connections',
    default: '2000',
    example: '200',
    apply: live,
  }),
  webSockets: tenant('limits.webSockets', count, {
    description: 'Listeners of `api/events` at a time; one more is answered 503. 0 sets no limit.',
    unit: 'connections',
    default: '1500',
    example: '100',
    apply: live,
  }),
  perMinute: map({
    connections: tenant('limits.perMinute.connections', count, {
      description: `SMTP sessions. ${perMinute}`,
      unit: 'connections',
      default: '0',
      example: '600',
      apply: live,
    }),
    messages: tenant('limits.perMinute.messages', count, {
      description: `Mails. ${perMinute}`,
      unit: 'mails',
      default: '0',
      example: '1000',
      apply: live,
    }),
    recipients: tenant('limits.perMinute.recipients', count, {
      description: `Recipients. ${perMinute}`,
      unit: 'recipients',
      default: '0',
      example: '5000',
      apply: live,
    }),
    bytes: tenant('limits.perMinute.bytes', byteSize, {
      description: `Mail data. ${perMinute}`,
      unit: 'size',
      default: '0',
      example: '1GiB',
      apply: live,
    }),
    requests: tenant('limits.perMinute.requests', count, {
      description: `HTTP requests; one more is answered 429. ${perMinute}`,
      unit: 'requests',
      default: '0',
      example: '60000',
      apply: live,
    }),
  }).optional(),
  perSource: map({
    connections: tenant('limits.perSource.connections', count, {
      description: 'Sessions at a time of one address (of one /64 network in IPv6); 0 sets no limit.',
      unit: 'connections',
      default: '0',
      example: '20',
      apply: live,
    }),
    perMinute: map({
      connections: tenant('limits.perSource.perMinute.connections', count, {
        description: `SMTP sessions of one address. ${perMinute}`,
        unit: 'connections',
        default: '0',
        example: '60',
        apply: live,
      }),
      messages: tenant('limits.perSource.perMinute.messages', count, {
        description: `Mails of one address. ${perMinute}`,
        unit: 'mails',
        default: '0',
        example: '100',
        apply: live,
      }),
      recipients: tenant('limits.perSource.perMinute.recipients', count, {
        description: `Recipients of one address. ${perMinute}`,
        unit: 'recipients',
        default: '0',
        example: '500',
        apply: live,
      }),
      bytes: tenant('limits.perSource.perMinute.bytes', byteSize, {
        description: `Mail data of one address. ${perMinute}`,
        unit: 'size',
        default: '0',
        example: '100MiB',
        apply: live,
      }),
      requests: tenant('limits.perSource.perMinute.requests', count, {
        description: `HTTP requests of one address, as a web server in front tells it. ${perMinute}`,
        unit: 'requests',
        default: '0',
        example: '6000',
        apply: live,
      }),
    }).optional(),
  }).optional(),
};

/** What has a Mailpit name outside SMTP's and POP3's groups. */
export const arrivalKeys = {
  ignoreDuplicateIds: tenant('ignoreDuplicateIds', flag, {
    description: 'Answers that a mail is fine whose Message-ID is there already, and drops it.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  useMessageDates: tenant('useMessageDates', flag, {
    description: 'Takes a mail to be as old as its Date header says.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  enableChaos: tenant('enableChaos', flag, {
    description: 'Lets SMTP commands fail on purpose, as the API says.',
    default: 'false',
    example: 'true',
    apply: live,
  }),
  chaosTriggers: tenant('chaosTriggers', chaosTriggers, {
    description: 'Which commands fail with which code, and how often in percent. Enables chaos.',
    default: '',
    otherwise: 'none fails',
    example: 'sender:451:10,recipient:450:20,authentication:535:5',
    apply: live,
  }),
};
