/** The keys of a listener, whatever is spoken on it. Part of `schema.ts`. */
import { accountName, aclEntry, bind, count, countFromOne, hostName, mode, oneOf } from './kinds.ts';
import { listener, many } from './schema-parts.ts';

export const socketKeys = {
  protocol: listener('protocol', oneOf('smtp', 'http', 'pop3'), {
    description:
      'What is spoken on it. Listeners called `smtp`, `http` and `pop3` say it by their name; others must write it.',
    default: null,
    otherwise: 'the name of the listener',
    example: 'smtp',
    apply: 'relisten',
  }),
  bind: many('binds', bind, {
    description: 'Where it listens: unix sockets and TCP addresses. Only the folder of the tenant is made.',
    default: null,
    otherwise: '`<runDir>/<tenant>/<listener>.sock`',
    example: '["unix:/run/mailpit/project-b/smtp.sock:660", "127.0.0.1:2525"]',
    apply: 'relisten',
  }),
  owner: listener('access.owner', accountName, {
    description: "Owner of its unix sockets. Another than the daemon's own user needs the right to chown.",
    default: null,
    otherwise: "for `smtp` the tenant's `user`, else the daemon's own user",
    example: 'bob',
    apply: 'relisten',
  }),
  group: listener('access.group', accountName, {
    description: 'Group of its unix sockets.',
    default: null,
    otherwise: "for `http` listeners `webGroup` where the daemon may set it, else the daemon's own group",
    example: 'www-data',
    apply: 'relisten',
  }),
  mode: listener('access.mode', mode, {
    description: 'Permissions of its unix sockets; one that a bind brings along wins.',
    default: '660',
    example: '600',
    apply: 'relisten',
  }),
  acl: many('access.acl', aclEntry, {
    description: 'Further accounts that may use its unix sockets, as setfacl takes them (Linux).',
    default: '[]',
    example: '["u:bob:rw"]',
    apply: 'relisten',
  }),
  maxConnections: listener('maxConnections', count, {
    description: 'Connections at a time; 0 sets no limit of its own.',
    unit: 'connections',
    default: '0',
    example: '50',
    apply: 'live',
  }),
  backlog: listener('backlog', countFromOne, {
    description: 'Connections that may wait in the kernel to be taken; the system caps it.',
    unit: 'connections',
    default: '511',
    example: '128',
    apply: 'relisten',
  }),
  publicHost: listener('publicHost', hostName, {
    description: 'Host name that pages show to people who want to connect.',
    default: '',
    otherwise: '`hostname`',
    example: 'mail.example.com',
    apply: 'live',
  }),
};
