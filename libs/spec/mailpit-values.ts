/** Where Mailpit's way of writing a value is not ours. */
import { hash } from 'node:crypto';
import { secretKind } from '../passwords/secret-kind.ts';
import { tenantKeys } from './key-table.ts';

const flags = new Set(tenantKeys.filter(({ value }) => typeof value === 'boolean').map(({ key }) => key));

/** A value of Mailpit's setting as the key's text, or as its list of texts. */
export function ourValue(name: string, key: string, text: string): string | readonly string[] {
  // 1 and yes, which mean true elsewhere, are mistakes there.
  if (name === 'MP_ENABLE_PROMETHEUS') return text.toLowerCase();
  if (flags.has(key)) return ourFlag(text);
  switch (name) {
    // Less than nothing is unlimited as well.
    case 'MP_MAX_MESSAGES':
      return /^-\d+$/.test(text) ? '0' : text;
    // A bare number counts MiB.
    case 'MP_MAX_MESSAGE_SIZE':
      return /^\d+$/.test(text) ? `${text}MiB` : text;
    // Nobody would be taken.
    case 'MP_SMTP_MAX_RECIPIENTS':
      return text === '0' ? '100' : text;
    case 'MP_UI_AUTH':
    case 'MP_SEND_API_AUTH':
    case 'MP_SMTP_AUTH':
    case 'MP_POP3_AUTH':
      return text.split(/\s+/).filter(Boolean).map(hashed);
    case 'MP_API_CORS':
      return text.split(/[\s,]+/).filter(Boolean);
    case 'MP_TAGS_DISABLE':
      return text.split(',').map(item => item.trim());
    default:
      return text;
  }
}

function ourFlag(text: string): string {
  if (/^(1|true|yes)$/i.test(text)) return 'true';
  return /^(0|false|no)$/i.test(text) ? 'false' : text;
}

/** Mailpit takes passwords in plain: they become hashes before they go anywhere. The same password gives the same text. */
function hashed(item: string): string {
  const colon = item.indexOf(':');
  const secret = item.slice(colon + 1).replace(/^\{PLAIN\}/, '');
  if (colon < 0 || secretKind(secret) !== 'plain') return item;
  const salt = hash('sha256', item, 'buffer').subarray(0, 8);
  const digest = hash('sha1', Buffer.concat([Buffer.from(secret), salt]), 'buffer');
  return `${item.slice(0, colon)}:{SSHA}${Buffer.concat([digest, salt]).toString('base64')}`;
}
