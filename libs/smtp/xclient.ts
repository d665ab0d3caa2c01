/** XCLIENT: a trusted peer says whom it speaks for (Postfix, XCLIENT_README). */
import { isIP } from 'node:net';

/** What was said; a key that is missing was not named, null means `[UNAVAILABLE]`. */
export type XclientAttributes = {
  readonly addr?: string | null;
  readonly name?: string | null;
  readonly helo?: string | null;
  readonly login?: string | null;
};

/** Attributes that are taken; those that nothing here is made of are checked and dropped. */
export const xclientNames = ['NAME', 'ADDR', 'PORT', 'PROTO', 'HELO', 'LOGIN', 'DESTADDR', 'DESTPORT'];

/** `NAME=value …`, values in xtext (RFC 3461 §4) or, as nginx sends them, plain; null when it is not that. */
export function parseXclient(argument: string): XclientAttributes | null {
  const found = new Map<string, string | null>();
  for (const item of argument.split(/ +/)) {
    const equals = item.indexOf('=');
    const name = item.slice(0, Math.max(equals, 0)).toUpperCase();
    const value = decodeXtext(item.slice(equals + 1));
    // Control characters would end up in headers and logs.
    if (!xclientNames.includes(name) || value === null || /[\x00-\x1f\x7f]/.test(value)) return null;
    found.set(name, /^\[(UNAVAILABLE|TEMPUNAVAIL)\]$/i.test(value) ? null : value);
  }
  const address = found.get('ADDR')?.replace(/^IPV6:/i, '');
  if (address !== undefined) {
    if (isIP(address) === 0) return null;
    found.set('ADDR', address);
  }
  return Object.fromEntries([...found].map(([name, value]) => [name.toLowerCase(), value]));
}

function decodeXtext(text: string): string | null {
  try {
    return decodeURIComponent(encodeURIComponent(text).replace(/%2B([0-9A-F]{2})/g, '%$1'));
  } catch {
    // Not UTF-8.
    return null;
  }
}
