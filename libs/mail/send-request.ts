/** What a client of `send` asks for, made a mail: all of it at once, since it may be large and then runs on a thread. */
import { BadJson } from '../base/go-json.ts';
import { type Parsed, parseBody } from '../base/json-body.ts';
import { composeMail, type Draft, type DraftFile } from './compose-mail.ts';
import { parseRecipient } from './parse-recipient.ts';
import { cleanTag } from './tags.ts';

export type SendRequest = {
  /** The request's body, JSON. */
  readonly raw: Uint8Array;
  readonly nowMs: number;
  /** 45 random bytes, for boundaries that no text holds. */
  readonly random: Uint8Array;
};

export type SendResult =
  | { readonly from: string; readonly to: readonly string[]; readonly data: Uint8Array }
  /** What is wrong with the wish, for the client. */
  | { readonly error: string };

const person = { Name: 'string', Email: 'string' } as const;

const shape = {
  From: person,
  To: [person],
  Cc: [person],
  Bcc: ['string'],
  ReplyTo: [person],
  Subject: 'string',
  Text: 'string',
  HTML: 'string',
  Attachments: [{ Content: 'string', Filename: 'string', ContentType: 'string', ContentID: 'string' }],
  Tags: ['string'],
  Headers: 'map',
} as const;

type Wish = Parsed<typeof shape>;

/** Headers that have a field of their own. */
const reserved = new Set('to from cc bcc reply-to date subject content-type mime-version'.split(' '));

/** The wish cannot be a mail; `message` says why. */
class Unsendable extends Error {}

/** Makes the mail and its envelope. Bcc is in the envelope alone. */
export function composeRequest({ raw, nowMs, random }: SendRequest): SendResult {
  try {
    const { draft, bcc } = readWish(parseBody(Buffer.from(raw).toString(), shape));
    let used = 0;
    const data = composeMail(draft, nowMs, bytes => {
      used += bytes;
      return random.subarray(used - bytes, used);
    });
    const to = [...draft.to, ...draft.cc].map(({ Address }) => Address).concat(bcc);
    return { from: draft.from.Address, to, data };
  } catch (error) {
    if (error instanceof Unsendable || error instanceof BadJson) return { error: error.message };
    throw error;
  }
}

function readWish(wish: Wish): { draft: Draft; bcc: readonly string[] } {
  const { To = [], Cc = [], Bcc = [], ReplyTo = [], Tags = [], Headers = new Map<string, string>() } = wish;
  const people = (list: readonly Parsed<typeof person>[], field: string) =>
    list.map(({ Name = '', Email = '' }) => ({ Name, Address: addressOf(Email, field) }));
  const to = people(To, 'To');
  const cc = people(Cc, 'Cc');
  const bcc = Bcc.map(address => addressOf(address, 'Bcc'));
  const replyTo = people(ReplyTo, 'Reply-To');
  if (!wish.From?.Email) throw new Unsendable('error building message: from not set');
  const from = { Name: wish.From.Name ?? '', Address: addressOf(wish.From.Email, 'From') };
  if (to.length + cc.length + bcc.length === 0) {
    throw new Unsendable('error building message: no recipients (to, cc, bcc) set');
  }
  const tags = Tags.map(cleanTag).filter(tag => tag !== '');
  const draft = {
    from,
    to,
    cc,
    replyTo,
    subject: wish.Subject ?? '',
    text: wish.Text ?? '',
    html: wish.HTML ?? '',
    files: (wish.Attachments ?? []).map(fileOf),
    headers: [
      ...[...Headers].map(([name, value]) => [headerName(name, tags.length > 0), value] as const),
      ...(tags.length === 0 ? [] : [['X-Tags', tags.join(', ')] as const]),
    ],
  };
  return { draft, bcc };
}

function addressOf(text: string, field: string): string {
  const address = parseRecipient(text);
  if (address === null) throw new Unsendable(`invalid ${field} address: ${text}`);
  return address;
}

function headerName(name: string, hasTags: boolean): string {
  const key = name.toLowerCase();
  if (reserved.has(key) || (hasTags && key === 'x-tags')) {
    throw new Unsendable(`cannot overwrite header: "${name}"`);
  }
  if (!/^[!-9;-~]+$/.test(name)) throw new Unsendable(`invalid header name: ${JSON.stringify(name)}`);
  return key.replace(/(?:^|-)[a-z]/g, letter => letter.toUpperCase());
}

function fileOf(file: NonNullable<Wish['Attachments']>[number]): DraftFile {
  const { Content = '', Filename: name = '', ContentType: type = '', ContentID: contentId = '' } = file;
  const encoded = Content.slice(Content.lastIndexOf(',') + 1).replace(/[\r\n]/g, '');
  const wrong = badBase64At(encoded);
  if (wrong >= 0) {
    const fault = `illegal base64 data at input byte ${wrong}`;
    throw new Unsendable(`error decoding base64 attachment ${JSON.stringify(name)}: ${fault}`);
  }
  return { name, type, contentId, content: Buffer.from(encoded, 'base64') };
}

/** Where base64 stops being it, padding and length included; -1 when it does not. */
function badBase64At(encoded: string): number {
  const good = /^[A-Za-z0-9+/]*/.exec(encoded)?.[0].length ?? 0;
  const padding = encoded.slice(good);
  const isWhole = good % 4 === 0 ? padding === '' : good % 4 !== 1 && padding === '='.repeat(4 - (good % 4));
  return isWhole ? -1 : good;
}
