/** What can be wrong with a tenants file: code → what it means. */
export const specIssueCodes = {
  SPEC_UNREADABLE: 'A file that is needed cannot be read.',
  SPEC_NO_TENANTS: 'Neither tenants nor files with tenants are named: the text got lost, perhaps.',
  SPEC_SYNTAX: 'The text is no YAML that can be read here.',
  SPEC_UNKNOWN_KEY: 'There is no such key at this place.',
  SPEC_BAD_VALUE: 'The value is not of the kind that the key takes.',
  SPEC_BAD_NAME: 'A tenant or a listener cannot have this name.',
  SPEC_TENANT_TWICE: 'Two tenants have the same name.',
  SPEC_MISSING_PROTOCOL: 'A further listener does not say what is spoken on it.',
  SPEC_MISSING_BASE_DOMAIN: 'A web server is configured without the domain of the tenants.',
  SPEC_CONFLICT: 'Keys that cannot be together, or one that needs another.',
  SPEC_MODES_DIFFER: 'The unix sockets of one listener have different modes.',
  SPEC_PATH_TOO_LONG: 'The path of a socket is longer than the system takes.',
  SPEC_NO_SOCKET: 'A key about unix sockets stands at a listener that has none.',
  SPEC_BIND_TAKEN: 'Two listeners want the same socket or address.',
  SPEC_HOST_TAKEN: 'A host name has two owners, or belongs to the base domain.',
  SPEC_MAILPIT_UNKNOWN: 'Mailpit has no setting of this name.',
  SPEC_MAILPIT_UNAVAILABLE: 'A setting of Mailpit that does not exist here yet.',
  SPEC_BAD_ENV_LINE: 'A line of an environment file is not KEY=VALUE.',
} as const;

export type SpecIssueCode = keyof typeof specIssueCodes;
