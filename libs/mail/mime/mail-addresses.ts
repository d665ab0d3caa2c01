import type { Address } from '../message.ts';
import { parseAddressList } from './address-list.ts';
import { decodeHeaderText } from './encoded-words.ts';
import { type Header, headerValue } from './header.ts';

/** The addresses of a mail's header; of a header that comes more than once the first counts. */
export type MailAddresses = {
  /** Both fields empty without a From; one that cannot be read stands in `Name` as it came. */
  readonly From: Address;
  readonly To: readonly Address[];
  readonly Cc: readonly Address[];
  readonly Bcc: readonly Address[];
  readonly ReplyTo: readonly Address[];
};

export function readAddresses(header: Header): MailAddresses {
  const list = (key: string) => parseAddressList(headerValue(header, key) ?? '') ?? [];
  return {
    From: list('from')[0] ?? { Name: decodeHeaderText(headerValue(header, 'from') ?? ''), Address: '' },
    To: list('to'),
    Cc: list('cc'),
    Bcc: list('bcc'),
    ReplyTo: list('reply-to'),
  };
}
