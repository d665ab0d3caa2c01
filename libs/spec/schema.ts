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
  anyScalar,
  byteSize,
  count,
  duration,
  flag,
  label,
  onlyWord,
  path,
  publicHostName,
  tcpBind,
  webroot,
} from './kinds.ts';
import { daemonKeys } from './schema-daemon.ts';
import { sendApiKeys, uiKeys } from './schema-http.ts';
import { socketKeys } from './schema-listener.ts';
import { pageKeys, tagsKeys } from './schema-page.ts';
import { many, map, one, tenant } from './schema-parts.ts';
import { proxyKeys, tenantProxyKeys } from './schema-proxy.ts';
import { arrivalKeys, limitsKeys, lineListenerKeys, pop3Keys, smtpKeys } from './schema-smtp.ts';

const listenerName = z.string().refine(isListenerName, { error: `is no name for a listener: ${nameRule}` });

/** A listener of a tenant. */
export const listenerSchema = map({ ...socketKeys, ...lineListenerKeys });

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
  proxy: map(tenantProxyKeys).optional(),
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
  ...daemonKeys,
  proxy: map(proxyKeys).optional(),
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
