/** The keys of the daemon: its folders, processes, log and control socket. Part of `schema.ts`. */
import { accountName, duration, hostName, oneOf, path, shardCount } from './kinds.ts';
import { fleet, map } from './schema-parts.ts';

export const daemonKeys = {
  runDir: fleet('runDir', path, {
    description: 'Folder of the sockets.',
    default: null,
    otherwise: '`/run/mailpit` for root, else `$XDG_RUNTIME_DIR/mpctl`',
    example: '/run/mailpit',
    apply: 'restart',
  }),
  dataDir: fleet('dataDir', path, {
    description: 'Folder of the mail.',
    default: null,
    otherwise: '`/var/lib/mpctl` for root, else `~/.local/state/mpctl`',
    example: '/var/lib/mpctl',
    apply: 'restart',
  }),
  trash: fleet('trashMs', duration, {
    description:
      'How long the mail of a tenant that left is kept: `mpctl tenant restore` brings it back, and so does its name in the file unless it was removed by `mpctl`.',
    unit: 'time',
    default: '7d',
    example: '30d',
    apply: 'live',
  }),
  shards: fleet('shards', shardCount, {
    description: 'Processes that host the tenants; 0 takes as many as cores and file descriptors ask for.',
    unit: 'processes',
    default: '0',
    example: '4',
    apply: 'move',
  }),
  hostname: fleet('hostname', hostName, {
    description: 'Host name in greetings and Received headers.',
    default: '',
    otherwise: 'the name of the machine',
    example: 'mail.example.com',
    apply: 'restart',
  }),
  webGroup: fleet('webGroup', accountName, {
    description: 'Group of the web server: it gets the `http` sockets where nothing else is written.',
    default: 'www-data',
    example: 'nginx',
    apply: 'relisten',
  }),
  control: map({
    socket: fleet('control.socketPath', path, {
      description: 'Where `mpctl` reaches the daemon.',
      default: null,
      otherwise: '`<runDir>/.control.sock`',
      example: '/run/mpctl/control.sock',
      apply: 'restart',
    }),
    group: fleet('control.group', accountName, {
      description: "Group that may use the control socket beside the daemon's own user.",
      default: null,
      otherwise: 'none',
      example: 'adm',
      apply: 'restart',
    }),
  }).optional(),
  log: map({
    level: fleet('log.level', oneOf('error', 'warn', 'info', 'debug'), {
      description: 'The least that is written to the log.',
      default: 'info',
      example: 'debug',
      apply: 'live',
    }),
    format: fleet('log.format', oneOf('json', 'pretty'), {
      description: 'JSON lines for programs, or lines for people.',
      default: null,
      otherwise: '`pretty` on a terminal, else `json`',
      example: 'json',
      apply: 'live',
    }),
  }).optional(),
};
