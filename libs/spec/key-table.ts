/** Made from schema.ts by `npm run gen`: the keys with what they cost to change and their defaults. */
import type { KeyRow } from './key.ts';

/** Beside `tenants` and `defaults`. */
export const settingsKeys: readonly KeyRow[] = [
  { key: 'include', field: null, apply: 'live', value: null },
  { key: 'runDir', field: 'runDir', apply: 'restart', value: null },
  { key: 'dataDir', field: 'dataDir', apply: 'restart', value: null },
  { key: 'shards', field: 'shards', apply: 'move', value: 0 },
  { key: 'hostname', field: 'hostname', apply: 'restart', value: '' },
  { key: 'webGroup', field: 'webGroup', apply: 'relisten', value: 'www-data' },
  { key: 'control.socket', field: 'control.socketPath', apply: 'restart', value: null },
  { key: 'control.group', field: 'control.group', apply: 'restart', value: null },
  { key: 'log.level', field: 'log.level', apply: 'live', value: 'info' },
  { key: 'log.format', field: 'log.format', apply: 'live', value: null },
  { key: 'proxy.baseDomain', field: 'proxy.baseDomain', apply: 'live', value: null },
  { key: 'proxy.server', field: 'proxy.server', apply: 'live', value: 'nginx' },
  { key: 'proxy.mode', field: 'proxy.mode', apply: 'live', value: 'wildcard' },
  { key: 'proxy.listen', field: 'proxy.listen', apply: 'live', value: null },
  { key: 'proxy.tls.certificate', field: 'proxy.tls.certificate', apply: 'live', value: null },
  { key: 'proxy.tls.key', field: 'proxy.tls.key', apply: 'live', value: null },
  { key: 'proxy.tls.listen', field: 'proxy.tls.listen', apply: 'live', value: null },
  { key: 'proxy.outputDir', field: 'proxy.outputDir', apply: 'live', value: null },
  { key: 'proxy.checkCommand', field: 'proxy.checkCommand', apply: 'live', value: null },
  { key: 'proxy.reloadCommand', field: 'proxy.reloadCommand', apply: 'live', value: null },
  { key: 'proxy.probeUrl', field: 'proxy.probeUrl', apply: 'live', value: null },
  { key: 'proxy.apply', field: 'proxy.apply', apply: 'live', value: 'auto' },
  { key: 'proxy.defaultServer', field: 'proxy.defaultServer', apply: 'live', value: false },
  { key: 'proxy.acmeRoot', field: 'proxy.acmeRoot', apply: 'live', value: null },
  { key: 'proxy.include', field: 'proxy.include', apply: 'live', value: [] },
  { key: 'proxy.templatesDir', field: 'proxy.templatesDir', apply: 'live', value: null },
  { key: 'metrics.listen', field: 'metrics.listen', apply: 'relisten', value: [] },
];

/** Of a tenant and of `defaults`; its listeners apart. */
export const tenantKeys: readonly KeyRow[] = [
  { key: 'label', field: 'label', apply: 'live', value: '' },
  { key: 'user', field: 'user', apply: 'relisten', value: null },
  { key: 'suspended', field: 'suspended', apply: 'live', value: false },
  { key: 'maxMessages', field: 'maxMessages', apply: 'live', value: 500 },
  { key: 'maxAge', field: 'maxAgeMs', apply: 'live', value: 0 },
  { key: 'maxBytes', field: 'maxBytes', apply: 'live', value: 0 },
  { key: 'maxMessageSize', field: 'maxMessageSizeBytes', apply: 'live', value: 52428800 },
  { key: 'smtp.maxRecipients', field: 'smtp.maxRecipients', apply: 'live', value: 100 },
  { key: 'auth', field: 'auth', apply: 'live', value: null },
  { key: 'hostnames', field: 'hostnames', apply: 'live', value: [] },
  { key: 'webroot', field: 'webroot', apply: 'live', value: '/' },
  { key: 'proxy.certificate', field: 'proxy.certificate', apply: 'live', value: null },
  { key: 'proxy.key', field: 'proxy.key', apply: 'live', value: null },
  { key: 'proxy.include', field: 'proxy.include', apply: 'live', value: null },
  { key: 'mailpit', field: null, apply: 'live', value: null },
  { key: 'envFile', field: null, apply: 'live', value: null },
];

/** Of a listener. */
export const listenerKeys: readonly KeyRow[] = [
  { key: 'protocol', field: 'protocol', apply: 'relisten', value: null },
  { key: 'bind', field: 'binds', apply: 'relisten', value: null },
  { key: 'owner', field: 'access.owner', apply: 'relisten', value: null },
  { key: 'group', field: 'access.group', apply: 'relisten', value: null },
  { key: 'mode', field: 'access.mode', apply: 'relisten', value: 432 },
  { key: 'acl', field: 'access.acl', apply: 'relisten', value: [] },
  { key: 'maxConnections', field: 'maxConnections', apply: 'live', value: 0 },
  { key: 'backlog', field: 'backlog', apply: 'relisten', value: 511 },
  { key: 'publicHost', field: 'publicHost', apply: 'live', value: '' },
];
