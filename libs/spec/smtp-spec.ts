/** What the operator wants of SMTP and POP3: parts of a tenant's spec, plain JSON like the rest of it. */

export type TlsMode = 'none' | 'starttls' | 'implicit';
export type AuthMechanism = 'LOGIN' | 'PLAIN' | 'CRAM-MD5';

/** Where credentials come from: `user:hash`, `file:<path of a password file>` or `env:<name of a variable>`. */
export type CredentialSource = string;

/** Who may log in. */
export type CredentialsSpec = {
  readonly auth: readonly CredentialSource[];
  /** Takes the place of `auth` where it is not null. */
  readonly authFile: string | null;
};

export type SmtpSpec = CredentialsSpec & {
  /** RCPTs that one mail may have; at least 1. */
  readonly maxRecipients: number;
  readonly authAcceptAny: boolean;
  readonly authMechanisms: readonly AuthMechanism[];
  /** Path of a PEM file, or `sans:` and names; null: there is no TLS. */
  readonly tlsCert: string | null;
  readonly tlsKey: string | null;
  readonly strictRfcHeaders: boolean;
  /** RE2; null: every recipient is allowed. */
  readonly allowedRecipients: string | null;
  readonly ignoreRejectedRecipients: boolean;
  readonly disableRdns: boolean;
  /** 0: no limit. */
  readonly maxBadCommands: number;
  readonly timeoutMs: number;
  /** 0: for ever. */
  readonly maxSessionMs: number;
};

export type Pop3Spec = CredentialsSpec & {
  readonly apop: boolean;
  readonly tlsCert: string | null;
  readonly tlsKey: string | null;
};

/** 0: no limit. */
export type RatesSpec = {
  readonly connections: number;
  readonly messages: number;
  readonly recipients: number;
  readonly bytes: number;
  /** Of HTTP. */
  readonly requests: number;
};

/** 0: no limit. */
export type LimitsSpec = {
  /** At the same time. */
  readonly connections: number;
  /** Of HTTP, WebSockets included. */
  readonly httpConnections: number;
  readonly webSockets: number;
  readonly perMinute: RatesSpec;
  readonly perSource: { readonly connections: number; readonly perMinute: RatesSpec };
};
