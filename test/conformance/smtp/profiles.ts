/** How a server may be set up; rows name one of these. */
import { parsePasswordFile, type Users } from '../../../libs/passwords/password-file.ts';
import { defaultSmtpSettings, type SmtpListener, type SmtpSettings } from '../../../libs/smtp/smtp-host.ts';

export type Profile = {
  readonly protocol: 'smtp' | 'pop3';
  readonly settings: Partial<SmtpSettings>;
  readonly listener: Partial<SmtpListener>;
  /** null: any credentials are taken. */
  readonly users: Users | null;
  /** What comes of a mail. */
  readonly delivery: 'stored' | 'not-stored' | 'failing';
  /** The first line, with the placeholders of the dialogues. */
  readonly greeting: string;
  /** Rows that are about TLS itself, or about who the peer is, are played only where nothing stands before them. */
  readonly inClear: boolean;
  /** POP3 alone. */
  readonly apop: boolean;
};

const plain: Profile = {
  protocol: 'smtp',
  settings: {},
  listener: {},
  users: null,
  delivery: 'stored',
  greeting: '220 {host} {app} ESMTP Service ready',
  inClear: false,
  apop: false,
};

const pop3: Profile = { ...plain, protocol: 'pop3', greeting: '+OK {app} POP3 server' };

const starttls: Partial<SmtpListener> = { tls: 'starttls' };
const authMechanisms = ['LOGIN', 'PLAIN'] as const;
const { users } = parsePasswordFile(`
  user:geheim ünï:pässwörd bcrypt:$2y$04$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC`);
const authRequired = { authMechanisms, authRequired: true };
const never = { code: 451, probability: 0 };
const noLimit = { connections: 0, messages: 0, recipients: 0, bytes: 0 };
const { limits } = defaultSmtpSettings;
const allowedRecipients = /@allowed\.example$/;

export const profiles: Readonly<Record<string, Profile>> = {
  default: plain,
  'no-tls': { ...plain, inClear: true },
  unlimited: { ...plain, settings: { maxMessageSizeBytes: 0 } },
  labelled: { ...plain, settings: { app: 'mpctl (a label)' } },
  suspended: {
    ...plain,
    settings: { suspended: true },
    greeting: '421 4.3.2 {host} {app} Service not available (suspended)',
  },
  impatient: { ...plain, settings: { timeoutMs: 500 } },
  'three-recipients': { ...plain, settings: { maxRecipients: 3 } },
  small: { ...plain, settings: { maxMessageSizeBytes: 100 } },
  broken: { ...plain, delivery: 'failing' },
  forgetful: { ...plain, delivery: 'not-stored' },
  starttls: { ...plain, listener: starttls, inClear: true },
  'require-starttls': { ...plain, listener: { ...starttls, requireStarttls: true }, inClear: true },
  'require-starttls-auth': {
    ...plain,
    settings: authRequired,
    listener: { ...starttls, requireStarttls: true },
    users,
    inClear: true,
  },
  'starttls-auth-insecure': {
    ...plain,
    settings: authRequired,
    listener: starttls,
    users,
    inClear: true,
  },
  auth: { ...plain, settings: authRequired, users },
  'auth-any': { ...plain, settings: { authMechanisms } },
  'cram-md5': {
    ...plain,
    settings: { authMechanisms: [...authMechanisms, 'CRAM-MD5'], authRequired: true },
    users,
  },
  'allowed-recipients': { ...plain, settings: { maxRecipients: 3, allowedRecipients } },
  'ignore-rejected': {
    ...plain,
    settings: { maxRecipients: 3, allowedRecipients, ignoreRejectedRecipients: true },
  },
  'chaos-sender': {
    ...plain,
    settings: { chaos: { sender: { code: 421, probability: 100 }, recipient: never, authentication: never } },
  },
  'chaos-recipient': {
    ...plain,
    settings: { chaos: { sender: never, recipient: { code: 451, probability: 100 }, authentication: never } },
  },
  'chaos-authentication': {
    ...plain,
    settings: {
      authMechanisms,
      chaos: { sender: never, recipient: never, authentication: { code: 535, probability: 100 } },
    },
  },
  'bad-commands': { ...plain, settings: { maxBadCommands: 3 } },
  'few-messages': { ...plain, settings: { limits: { ...limits, perMinute: { ...noLimit, messages: 2 } } } },
  'few-recipients': {
    ...plain,
    settings: {
      limits: { ...limits, perSource: { connections: 0, perMinute: { ...noLimit, recipients: 2 } } },
    },
  },
  'few-bytes': { ...plain, settings: { limits: { ...limits, perMinute: { ...noLimit, bytes: 100 } } } },
  pop3: { ...pop3, users },
  'pop3-apop': { ...pop3, users, apop: true, greeting: '+OK {app} POP3 server {any}' },
  'pop3-stls': { ...pop3, users, listener: starttls, inClear: true },
  'pop3-suspended': { ...pop3, settings: { suspended: true }, greeting: '-ERR [SYS/TEMP] suspended' },
  xclient: { ...plain, listener: { xclient: true }, inClear: true },
};
