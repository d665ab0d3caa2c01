import { isIP } from 'node:net';

/** An `apiCors` list as it is compared: `any`, or names with their ports as written. */
export type AllowedOrigins = 'any' | ReadonlySet<string>;

/** Entries are split at commas and blanks, a scheme is overlooked; one with `*` among other characters names nothing. */
export function parseAllowedOrigins(entries: readonly string[]): AllowedOrigins {
  const items = entries.flatMap(entry => entry.split(/[\s,]+/)).filter(item => item !== '');
  if (items.includes('*')) return 'any';
  return new Set(items.filter(item => !item.includes('*')).map(hostOfOrigin));
}

/** `host` or `host:port` of an origin or a host header, lower case. */
export function hostOfOrigin(origin: string): string {
  return origin
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/[/?#].*$/s, '')
    .toLowerCase();
}

/** A host's name without its port and without a final dot. */
export function nameOfHost(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
}

/** What no name server can make point elsewhere. */
export function isLocalName(name: string): boolean {
  return name === 'localhost' || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
}
