import { MpctlError } from '../base/error.ts';

/** What this lib can fail with, and what it means. */
export const socketErrors = {
  SOCKET_IN_USE: 'Another process listens at the path or the port.',
  SOCKET_OCCUPIED: 'Something that is not a socket stands at the path; it is left alone.',
  SOCKET_PATH_TOO_LONG: 'A unix socket path has at most 107 bytes.',
  SOCKET_FOLDER_MISSING:
    "The socket's folder is not there; only folders directly below the run folder are made.",
  SOCKET_RUN_DIR: 'The run folder is not there and cannot be made.',
  SOCKET_FOLDER_UNSAFE: "A tenant's folder in the run folder is not a folder of the daemon's own.",
  SOCKET_USER_UNKNOWN: 'A user that shall own or use a socket does not exist on this machine.',
  SOCKET_GROUP_UNKNOWN: 'A group that shall own or use a socket does not exist on this machine.',
  SOCKET_RIGHT_MISSING: 'The daemon has not the right to give the socket away as configured.',
  SOCKET_ACL_INVALID: 'An ACL entry is not of the form that setfacl takes.',
  SOCKET_ACL_UNAVAILABLE: 'ACL entries cannot be set on this machine.',
  SOCKET_ACL_FAILED: 'The file system or setfacl refused the ACL entries.',
  SOCKET_BIND_FAILED: 'The system refused to bind the socket.',
  SOCKET_LISTEN_FAILED: 'The system refused to listen on a bound socket.',
} as const;

export type SocketErrorCode = keyof typeof socketErrors;

export function socketError(
  code: SocketErrorCode,
  message: string,
  options: { cause?: unknown; hint?: string } = {},
): MpctlError {
  return new MpctlError(code, message, options);
}
