import type { ListUnsubscribe } from './message.ts';

/** Reads a List-Unsubscribe header (RFC 2369 §3.2) as strictly as mail providers do, and says what they would not like. */
export function parseListUnsubscribe(header: string, headerPost: string): ListUnsubscribe {
  if (header === '') return { Header: '', Links: [], Errors: '', HeaderPost: '' };
  const { links, errors } = readLinks(header);
  return { Header: header, Links: links, Errors: errors.join(', '), HeaderPost: headerPost };
}

/** What is longer is no list of two links. */
const maxLength = 2_000;

function readLinks(header: string): { links: string[]; errors: string[] } {
  const value = header
    .slice(0, maxLength)
    .replace(/\([^)]*\)/g, '')
    .trim();
  const found = [...value.matchAll(/<([^>]*)>/g)].map(([, link]) => link as string);
  const fault = (sentence: string) => ({ links: [], errors: [`"${value}" ${sentence}`] });
  if (found.length === 0) return fault('no valid unsubscribe links found');
  if (!value.startsWith('<') || !value.endsWith('>')) return fault('should be enclosed in <>');
  if (value.replace(/<[^>]*>/g, '').replace(/\s*,\s*/g, ',') !== ','.repeat(found.length - 1)) {
    return fault('<> should be split with a comma and optional spaces');
  }
  if (found.length > 2) return fault('should include a maximum of one email and one HTTP link');

  const links: string[] = [];
  const errors: string[] = [];
  const seen = new Set<string>();
  for (const link of found) {
    const kind = linkKind(link);
    const error = /\s/.test(link)
      ? `"${link}" should not contain spaces`
      : kind === null
        ? `"${link}" should start with either http(s):// or mailto:`
        : seen.has(kind)
          ? `"${link}" should only contain one ${kind}`
          : uriFault(link);
    if (kind) seen.add(kind);
    if (error) errors.push(error);
    else links.push(link);
  }
  return { links, errors };
}

function linkKind(link: string): 'HTTP link' | 'mailto:' | null {
  if (/^https?:\/\/[a-z0-9]/i.test(link)) return 'HTTP link';
  return /^mailto:[a-z0-9]/i.test(link) && link.startsWith('mailto:') ? 'mailto:' : null;
}

/** What Go's URL parser says of a web link; empty when nothing. */
function uriFault(link: string): string {
  if (link.startsWith('mailto:')) return '';
  const badEscape = /%(?![0-9a-f]{2}).{0,2}/i.exec(link.split(/[?#]/, 1)[0] as string);
  if (badEscape) return `parse "${link}": invalid URL escape "${badEscape[0]}"`;
  const badPort = /^https?:\/\/[^/?#]*?(:[^/?#:\]]*[^/?#:\]0-9][^/?#:\]]*)(?=[/?#]|$)/i.exec(link);
  return badPort ? `parse "${link}": invalid port "${badPort[1]}" after host` : '';
}
