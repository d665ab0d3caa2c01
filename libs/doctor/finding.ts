/** Something that keeps somebody from a socket. */
export type Finding = {
  /** e.g. `DOCTOR_FOLDER_CLOSED`; what a program decides by. */
  readonly code: FindingCode;
  /** A warning says what could not be looked at. */
  readonly severity: 'error' | 'warning';
  /** The user who cannot; empty: nobody can. */
  readonly who: string;
  /** Empty: it is no tenant's socket. */
  readonly tenants: readonly string[];
  /** A socket that cannot be reached. */
  readonly path: string;
  readonly message: string;
  /** The one that mends it, for a shell; empty where none is known. */
  readonly command: string;
};

/** Code → what it means; `docs/operations.md` has the same words. */
export const findingCodes = {
  DOCTOR_NO_DAEMON: 'no daemon runs',
  DOCTOR_SOCKET_MISSING:
    'the socket is not there; the daemon binds it again within a minute, or at `mpctl apply`',
  DOCTOR_SOCKET_STALE: 'the socket is there and nobody listens on it',
  DOCTOR_LISTENER_FAILED: 'the daemon could not bind it',
  DOCTOR_FOLDER_CLOSED: 'a folder on the way may not be passed',
  DOCTOR_SOCKET_CLOSED: 'owner, group, mode or ACL of the socket do not let the user in',
  DOCTOR_SOCKET_CHANGED: 'somebody gave the socket another owner, group or mode than the tenants file says',
  DOCTOR_GROUP_NOT_RELOADED: 'the user is in the group, its running process is not yet',
  DOCTOR_OTHER_MOUNT: 'the process sees other files there (PrivateTmp)',
  DOCTOR_REFUSED: 'owners, modes and ACLs would let the user in: something else does not',
  DOCTOR_NO_USER: 'there is no such user',
  DOCTOR_NO_WEB_SERVER: 'no web server listens there, so its account was looked at',
  DOCTOR_DATA_OPEN: 'others than the daemon may look into the data folder',
  DOCTOR_UNSEEN: 'this user may not look',
} as const;
export type FindingCode = keyof typeof findingCodes;
