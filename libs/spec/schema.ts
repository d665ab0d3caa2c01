/**
 * THE description of a tenants file. From it come the types of what was written, validation, `tenants.schema.json`,
 * `docs/config.md` and `key-table.ts`. A new key is a line here and its field in `tenant-spec.ts`.
 *
 * Every scalar arrives as the text in the file (see `kinds.ts`). Nothing is filled in here: `resolve.ts` does.
 * Loading this costs what zod costs, about 85 ms and 18 MB: whoever needs only names and defaults takes `key-table.ts`.
 */
import { z } from 'zod';
import { isListenerName, nameRule } from '../base/ids.ts';
import type { KeyMeta } from './key.ts';
import {
  accountName,
  aclEntry,
  anyScalar,
  bind,
  byteSize,
  commandWord,
  count,
  countFromOne,
  duration,
  flag,
  hostName,
  httpUrl,
  label,
  mode,
  oneOf,
  onlyWord,
  path,
  publicHostName,
  tcpBind,
  webAddress,
  webroot,
} from './kinds.ts';
import { sendApiKeys, uiKeys } from './schema-http.ts';
import { pageKeys, tagsKeys } from './schema-page.ts';
import { fleet, listener, many, map, one, proxy, tenant } from './schema-parts.ts';
import { arrivalKeys, limitsKeys, lineListenerKeys, pop3Keys, smtpKeys } from './schema-smtp.ts';

const listenerName = z.string().refine(isListenerName, { error: `is no name for a listener: ${nameRule}` });

/** A listener of a tenant. */
export const listenerSchema = map({
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
  ...lineListenerKeys,
});

/** A tenant, and what `defaults` says for all of them. */
export const tenantSchema = map({
  label: tenant('label', label, {
    description: 'Name shown in the page and in greetings.',
    default: '',
    example: '"Project A, staging"',
    apply: 'live',
  }),
  user: tenant('user', accountName, {
    description: "The tenant's own account on this machine: owner of its `smtp.sock`.",
    default: null,
    otherwise: 'none',
    example: 'bob',
    apply: 'relisten',
  }),
  suspended: tenant('suspended', flag, {
    description: 'Answers every SMTP and HTTP client that the tenant is suspended. Mail stays.',
    default: 'false',
    example: 'true',
    apply: 'live',
  }),
  maxMessages: tenant('maxMessages', count, {
    description: 'Keeps so many of the newest mails; 0 keeps all.',
    unit: 'mails',
    default: '500',
    example: '1000',
    apply: 'live',
  }),
  maxAge: tenant('maxAgeMs', duration, {
    description: 'Removes mail that is older; 0 keeps it for ever.',
    unit: 'time',
    default: '0',
    example: '30d',
    apply: 'live',
  }),
  maxBytes: tenant('maxBytes', byteSize, {
    description:
      'Keeps the newest mails that fit in so much space; 0 is unlimited. A mail that alone is larger is refused.',
    unit: 'size',
    default: '0',
    example: '2GiB',
    apply: 'live',
  }),
  maxMessageSize: tenant('maxMessageSizeBytes', byteSize, {
    description: 'Largest mail that is taken; 0 is unlimited.',
    unit: 'size',
    default: '50MiB',
    example: '10MiB',
    apply: 'live',
  }),
  smtp: map(smtpKeys).optional(),
  pop3: map(pop3Keys).optional(),
  limits: map(limitsKeys).optional(),
  ...arrivalKeys,
  ui: map(uiKeys).optional(),
  sendApi: map(sendApiKeys).optional(),
  tags: map(tagsKeys).optional(),
  ...pageKeys,
  auth: tenant('auth', onlyWord('none'), {
    description: 'Says knowingly that whoever reaches the page may read it. Not together with users in `ui`.',
    default: null,
    otherwise: 'a page without users in `ui` is closed under public names',
    example: 'none',
    apply: 'live',
  }),
  hostnames: many('hostnames', publicHostName, {
    description:
      'Public host names of the page. With a `webroot` they are those of the site that has the page below a path.',
    default: '[]',
    example: 'mail.shop.example',
    apply: 'live',
  }),
  webroot: tenant('webroot', webroot, {
    description: 'Where the page begins.',
    default: '/',
    example: '/mailpit/',
    apply: 'live',
  }),
  proxy: map({
    certificate: tenant('proxy.certificate', path, {
      description:
        "Certificate for this tenant's host names; it then has a server of its own in the web server.",
      default: null,
      otherwise: '`proxy.tls.certificate`',
      example: '/etc/ssl/shop.pem',
      apply: 'live',
    }),
    key: tenant('proxy.key', path, {
      description: 'Key of that certificate.',
      default: null,
      otherwise: '`proxy.tls.key`',
      example: '/etc/ssl/shop.key',
      apply: 'live',
    }),
    include: tenant('proxy.include', path, {
      description: "A file with directives of the web server for this tenant's own server.",
      default: null,
      otherwise: 'none',
      example: '/etc/nginx/shop.conf',
      apply: 'live',
    }),
  }).optional(),
  listeners: z.record(listenerName, listenerSchema).nullable().optional(),
  mailpit: z
    .record(z.string(), z.string({ error: 'one value' }).nullable())
    .nullable()
    .meta({
      description:
        "Mailpit's own settings by their names, for what has a key here. A key written beside it wins.",
      default: null,
      otherwise: 'none',
      example: '{ MP_MAX_MESSAGES: 1000 }',
      apply: 'live',
      field: null,
      value: null,
      json: { type: ['object', 'null'], propertyNames: { pattern: '^MP_' }, additionalProperties: anyScalar },
    } satisfies KeyMeta)
    .optional(),
  envFile: one(null, path, {
    description: "A file of KEY=VALUE lines with Mailpit's own settings. A key and `mailpit` beside it win.",
    default: null,
    otherwise: 'none',
    example: 'project-a.env',
    apply: 'live',
  }),
});

/** What stands at the top of the main file beside `tenants`. */
export const settingsSchema = z.strictObject({
  defaults: tenantSchema.optional(),
  include: many(null, path, {
    description:
      'More files with a `tenants:` map and nothing else; `*` and `?` stand for characters of a file name.',
    default: null,
    otherwise: 'none',
    example: 'tenants.d/*.yaml',
    apply: 'live',
  }),
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
  shards: fleet('shards', count, {
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
  proxy: map({
    baseDomain: proxy('baseDomain', publicHostName, {
      description:
        'Domain below which each tenant has its host name. Without it nothing is written for a web server.',
      default: null,
      otherwise: 'none',
      example: 'mail.example.com',
      apply: 'live',
    }),
    server: proxy('server', oneOf('nginx', 'apache'), {
      description: 'The web server that is written for.',
      default: 'nginx',
      example: 'apache',
      apply: 'live',
    }),
    mode: proxy('mode', oneOf('wildcard', 'map', 'vhost'), {
      description:
        '`wildcard`: all names below the base domain by one pattern · `map`: `hostnames` too · `vhost`: a file per tenant.',
      default: 'wildcard',
      example: 'map',
      apply: 'live',
    }),
    listen: many('proxy.listen', webAddress, {
      description: 'Where the web server listens for plain HTTP; with a certificate this redirects.',
      default: null,
      otherwise: '`["80", "[::]:80"]`',
      example: '"127.0.0.1:8080"',
      apply: 'live',
    }),
    tls: map({
      certificate: proxy('tls.certificate', path, {
        description: 'Certificate for `*.<baseDomain>`, with its chain.',
        default: null,
        otherwise: 'none: plain HTTP only',
        example: '/etc/letsencrypt/live/mail.example.com/fullchain.pem',
        apply: 'live',
      }),
      key: proxy('tls.key', path, {
        description: 'Key of that certificate.',
        default: null,
        otherwise: 'none',
        example: '/etc/letsencrypt/live/mail.example.com/privkey.pem',
        apply: 'live',
      }),
      listen: many('proxy.tls.listen', webAddress, {
        description: 'Where the web server listens for TLS.',
        default: null,
        otherwise: '`["443", "[::]:443"]`',
        example: '["443"]',
        apply: 'live',
      }),
    }).optional(),
    outputDir: proxy('outputDir', path, {
      description:
        "Folder of all that is written; the web server's configuration takes in `current/*.conf` of it.",
      default: null,
      otherwise: '`/etc/nginx/mpctl` or `/etc/apache2/mpctl`',
      example: '/etc/nginx/mpctl',
      apply: 'live',
    }),
    checkCommand: many(
      'proxy.checkCommand',
      commandWord,
      {
        description: "Checks the web server's whole configuration.",
        default: null,
        otherwise: '`[nginx, -t]` or `[apachectl, configtest]`',
        example: '[sudo, nginx, -t]',
        apply: 'live',
      },
      1,
    ),
    reloadCommand: many(
      'proxy.reloadCommand',
      commandWord,
      {
        description: 'Makes the web server read its configuration again.',
        default: null,
        otherwise: '`[nginx, -s, reload]` or `[apachectl, graceful]`',
        example: '[systemctl, reload, nginx]',
        apply: 'live',
      },
      1,
    ),
    probeUrl: proxy('probeUrl', httpUrl, {
      description: 'Where the web server is asked, from this machine, whether it serves what was written.',
      default: null,
      otherwise: 'the first address of `listen`',
      example: 'http://127.0.0.1:80/',
      apply: 'live',
    }),
    apply: proxy('apply', oneOf('auto', 'manual'), {
      description: '`auto`: the daemon writes and reloads by itself · `manual`: `mpctl proxy apply` does.',
      default: 'auto',
      example: 'manual',
      apply: 'live',
    }),
    defaultServer: proxy('defaultServer', flag, {
      description: 'Answers 404 for every host that no server of the web server has (nginx).',
      default: 'false',
      example: 'true',
      apply: 'live',
    }),
    acmeRoot: proxy('acmeRoot', path, {
      description: 'Folder in which an ACME client answers http-01, e.g. the webroot of certbot.',
      default: null,
      otherwise: 'none',
      example: '/var/www/acme',
      apply: 'live',
    }),
    include: many('proxy.include', path, {
      description: 'Files with directives that every server written here takes in.',
      default: '[]',
      example: '/etc/nginx/mpctl-every.conf',
      apply: 'live',
    }),
    templatesDir: proxy('templatesDir', path, {
      description: 'Folder of templates that win over the built-in ones of the same name.',
      default: null,
      otherwise: 'none',
      example: '/etc/mpctl/templates',
      apply: 'live',
    }),
  }).optional(),
  metrics: map({
    listen: many('metrics.listen', tcpBind, {
      description: 'Addresses where Prometheus may fetch `/metrics`; the control socket has it in any case.',
      default: '[]',
      example: '127.0.0.1:9464',
      apply: 'relisten',
    }),
  }).optional(),
});

/** A whole tenants file, for editors and documents; it is read piece by piece. */
export const fileSchema = z.strictObject({
  ...settingsSchema.shape,
  tenants: z.record(z.string(), tenantSchema).nullable().optional(),
});

export type TenantInput = NonNullable<z.output<typeof tenantSchema>>;
export type ListenerInput = NonNullable<z.output<typeof listenerSchema>>;
export type SettingsInput = z.output<typeof settingsSchema>;
