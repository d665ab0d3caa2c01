/** What takes as long as a mail is large: run beside the event loop where it is. Input and result cross threads. */
import { BadJson } from '../base/go-json.ts';
import { type Everything, parseBody, parseBodyForAll, type Shape } from '../base/json-body.ts';
import { describeMail } from './mail-message.ts';
import { mailStructure, partToServe, rawHeaders } from './mail-parts.ts';
import { mailHtml, mailText } from './mail-view.ts';
import { type MailRow, toJson } from './row.ts';
import { composeRequest } from './send-request.ts';

/** A Buffer is one on the other side, but it does not know it. */
const buffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const mailJobs = {
  /** JSON of a `Message`. */
  'describe-mail': ({ row, raw }: { row: MailRow; raw: Uint8Array }) =>
    toJson(describeMail(row, buffer(raw))),
  /** JSON of a `PartStructure`. */
  'mail-structure': ({ raw }: { raw: Uint8Array }) => toJson(mailStructure(buffer(raw))),
  'mail-text': ({ raw }: { raw: Uint8Array }) => mailText(buffer(raw)),
  'mail-html': ({
    raw,
    partsUrl,
    nonce,
    remote,
  }: {
    raw: Uint8Array;
    partsUrl: string | null;
    nonce: string | null;
    remote: boolean;
  }) => mailHtml(buffer(raw), partsUrl, nonce, remote),
  'mail-part': ({ raw, id }: { raw: Uint8Array; id: string }) => partToServe(buffer(raw), id),
  /** JSON of all header values by name. */
  'mail-headers': ({ raw }: { raw: Uint8Array }) => toJson(rawHeaders(buffer(raw))),
  'compose-mail': composeRequest,
  'read-wish': readWish,
};

type WishInput = {
  readonly raw: Uint8Array;
  readonly shape: { readonly [key: string]: Shape };
  /** Of any one list. */
  readonly maxItems: number;
  readonly everything: Everything | null;
};

type ReadWish =
  | { readonly fault: null; readonly wish: { readonly [key: string]: unknown } }
  | { readonly fault: 'json'; readonly message: string }
  | { readonly fault: 'items' };

/** A JSON body of some shape, see {@link parseBody} and {@link parseBodyForAll}. */
function readWish({ raw, shape, maxItems, everything }: WishInput): ReadWish {
  try {
    const text = buffer(raw).toString();
    const wish = everything ? parseBodyForAll(text, shape, everything) : parseBody(text, shape);
    const isLong = Object.values(wish).some(value => Array.isArray(value) && value.length > maxItems);
    return isLong ? { fault: 'items' } : { fault: null, wish };
  } catch (error) {
    if (error instanceof BadJson) return { fault: 'json', message: error.message };
    throw error;
  }
}

export type MailJobs = typeof mailJobs;
export type MailJobName = keyof MailJobs;
export type MailJobInput<Job extends MailJobName> = Parameters<MailJobs[Job]>[0];
export type MailJobResult<Job extends MailJobName> = ReturnType<MailJobs[Job]>;
