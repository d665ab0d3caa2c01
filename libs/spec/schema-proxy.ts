/** The keys of the web server in front, for the fleet and for a tenant. Part of `schema.ts`. */
import { commandWord, flag, httpUrl, oneOf, path, publicHostName, webAddress } from './kinds.ts';
import { many, map, proxy, tenant } from './schema-parts.ts';

export const proxyKeys = {
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
};

export const tenantProxyKeys = {
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
};
