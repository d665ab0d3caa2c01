import type { Bind, TcpBind } from './tenant-spec.ts';

export const maxPort = 65_535;

/** A bind as written: a unix path may be relative still and bring its mode along. */
export type WrittenBind =
  | { readonly kind: 'unix'; readonly path: string; readonly mode: number | null }
  | TcpBind;

/**
 * `unix:<path>` or `unix:<path>:<mode>` (the path may hold colons; of a mode with 4 digits the last 3 count, as in
 * Mailpit), `<address>:<port>`, `[<IPv6 address>]:<port>`, `localhost:<port>` or `:<port>`. Null when the text is none.
 */
export function parseBind(text: string): WrittenBind | null {
  const unix = /^unix:([^:].*?)(?::([^:/]*))?$/s.exec(text);
  if (!unix) return parseTcpBind(text);
  const [, path = '', mode] = unix;
  if (mode === undefined) return { kind: 'unix', path, mode: null };
  // What stands after the last colon and is no mode is part of a name, unless somebody meant a mode.
  if (/^[0-7]{3,4}$/.test(mode)) return { kind: 'unix', path, mode: Number.parseInt(mode.slice(-3), 8) };
  return /^\d*$/.test(mode) ? null : { kind: 'unix', path: `${path}:${mode}`, mode: null };
}

/** `127.0.0.1:9100`, `[::1]:9100`, `localhost:9100`, or `:9100` for all addresses of both families; null else. */
export function parseTcpBind(text: string): TcpBind | null {
  const match = /^(\[([^\]]*)\]|[^:]*):(\d{1,5})$/.exec(text);
  if (!match) return null;
  const host = match[2] === undefined ? parseHost(match[1] ?? '') : parseIpv6(match[2]);
  const port = Number(match[3]);
  return host === null || port > maxPort ? null : { kind: 'tcp', host, port };
}

function parseHost(text: string): string | null {
  if (text === '') return '::';
  return text === 'localhost' || isIpv4(text) ? text : null;
}

function isIpv4(text: string): boolean {
  return (
    /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text) && text.split('.').every(n => Number(n) < 256)
  );
}

/** The shortest form of an IPv6 address, so that two spellings of one are found to be the same. */
function parseIpv6(text: string): string | null {
  return URL.canParse(`http://[${text}]`) ? new URL(`http://[${text}]`).hostname.slice(1, -1) : null;
}

/** As it stands in a tenants file, without a mode. */
export function renderBind(bind: Bind): string {
  if (bind.kind === 'unix') return `unix:${bind.path}`;
  return `${bind.host.includes(':') ? `[${bind.host}]` : bind.host}:${bind.port}`;
}
