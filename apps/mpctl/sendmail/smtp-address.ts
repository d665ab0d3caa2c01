/** Where an SMTP server listens. */
export type SmtpAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** `unix:PATH` (a mode behind it would be a part of the path), `host:port` or `[::1]:port`; null when it is neither. */
export function parseSmtpAddress(text: string): SmtpAddress | null {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    return path === '' ? null : { kind: 'unix', path };
  }
  const match = /^(?:\[([^\]]*)\]|([^[\]]*)):(\d{1,5})$/.exec(text);
  if (!match) return null;
  return { kind: 'tcp', host: match[1] || match[2] || 'localhost', port: Number(match[3]) };
}
