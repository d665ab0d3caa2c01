import { parseTenantId, type TenantId } from '../base/ids.ts';
import type { ProxyModel } from './proxy-model.ts';

const tenant = parseTenantId('project-a') as TenantId;
const socketPath = '/run/mailpit/project-a/http.sock';

const full: ProxyModel = {
  mode: 'map',
  baseDomain: 'mail.example.com',
  listen: [
    { kind: 'tcp', host: '0.0.0.0', port: 80 },
    { kind: 'tcp', host: '::', port: 80 },
  ],
  tls: {
    certificate: '/etc/ssl/mail.pem',
    key: '/etc/ssl/mail.key',
    listen: [{ kind: 'tcp', host: '0.0.0.0', port: 8443 }],
  },
  defaultServer: true,
  acmeRoot: '/var/www/acme',
  include: ['/etc/mpctl/every.conf'],
  outputDir: '/etc/nginx/mpctl',
  runDir: '/run/mailpit',
  fallbackSocketPath: '/run/mailpit/.fallback.sock',
  hosts: [
    { host: 'mail.shop.example', tenant },
    { host: 'a-name-that-is-too-long-for-the-hash-table-of-nginx.example', tenant },
  ],
  sites: [
    {
      tenant,
      hosts: ['project-a.mail.example.com', 'mail.shop.example', `${'long-'.repeat(9)}name.example`],
      socketPath,
      certificate: '/etc/ssl/shop.pem',
      key: '/etc/ssl/shop.key',
      include: '/etc/mpctl/shop.conf',
    },
  ],
  subpaths: [{ tenant, socketPath, webroot: '/mailpit/' }],
};

/** Between them they fill every hole and pass every section of a template, the inverted ones too. */
export const sampleModels: readonly ProxyModel[] = [
  full,
  {
    ...full,
    tls: null,
    defaultServer: false,
    acmeRoot: null,
    include: [],
    sites: [
      {
        tenant,
        hosts: ['project-a.mail.example.com'],
        socketPath,
        certificate: null,
        key: null,
        include: null,
      },
    ],
  },
];
