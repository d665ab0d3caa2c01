/** A mail made of its pieces: what `send` takes, as it would have come by SMTP. */
import { renderMailDate } from './mail-date.ts';
import type { Address } from './message.ts';
import { encodeBase64, encodeHeaderText, encodeParameter, encodeText } from './mime/encode.ts';
import { sniffType } from './mime/sniff-type.ts';
import type { RandomSource } from './new-mail-id.ts';

export type Draft = {
  readonly from: Address;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly replyTo: readonly Address[];
  readonly subject: string;
  readonly text: string;
  /** Empty: there is none. */
  readonly html: string;
  readonly files: readonly DraftFile[];
  /** Names are header names, values any text. */
  readonly headers: readonly (readonly [name: string, value: string])[];
};

export type DraftFile = {
  readonly name: string;
  /** Empty: it is guessed. */
  readonly type: string;
  /** With one it is shown in the HTML instead of being attached. */
  readonly contentId: string;
  readonly content: Buffer;
};

/** A body part: its headers and what follows them. */
type Entity = { readonly headers: readonly (readonly [string, string])[]; readonly body: string };

/** The bytes of a draft. Bcc is not in them: it is the envelope's. */
export function composeMail(draft: Draft, nowMs: number, random: RandomSource): Buffer {
  const boundary = () => Buffer.from(random(15)).toString('hex');
  const inlines = draft.files.filter(file => file.contentId !== '');
  const attached = draft.files.filter(file => file.contentId === '');
  let entity =
    draft.html === ''
      ? textEntity('plain', draft.text)
      : multipart('alternative', boundary(), [
          textEntity('plain', draft.text),
          textEntity('html', draft.html),
        ]);
  if (inlines.length > 0) {
    entity = multipart('related', boundary(), [entity, ...inlines.map(file => fileEntity(file, 'inline'))]);
  }
  if (attached.length > 0) {
    entity = multipart('mixed', boundary(), [
      entity,
      ...attached.map(file => fileEntity(file, 'attachment')),
    ]);
  }
  const list = (name: string, addresses: readonly Address[]): [string, string][] =>
    addresses.length === 0 ? [] : [[name, addresses.map(renderAddress).join(',\r\n ')]];
  const headers = [
    ...entity.headers,
    ...list('From', [draft.from]),
    ...list('To', draft.to),
    ...list('Cc', draft.cc),
    ...list('Reply-To', draft.replyTo),
    ['Subject', encodeHeaderText(draft.subject)] as const,
    ['Date', renderMailDate(nowMs)] as const,
    ['Mime-Version', '1.0'] as const,
    ...draft.headers.map(([name, value]) => [name, encodeHeaderText(value)] as const),
  ];
  headers.sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  return Buffer.from(render({ headers, body: entity.body }));
}

function render({ headers, body }: Entity): string {
  return `${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

function multipart(kind: string, boundary: string, parts: readonly Entity[]): Entity {
  const body = parts.map(part => `--${boundary}\r\n${render(part)}\r\n`).join('');
  return {
    headers: [['Content-Type', `multipart/${kind};\r\n boundary=${boundary}`]],
    body: `${body}--${boundary}--\r\n`,
  };
}

function textEntity(kind: 'plain' | 'html', text: string): Entity {
  const { encoding, body } = encodeText(text);
  const type: [string, string] = ['Content-Type', `text/${kind}; charset=utf-8`];
  return { headers: encoding === '7bit' ? [type] : [['Content-Transfer-Encoding', encoding], type], body };
}

function fileEntity(
  { name, type, contentId, content }: DraftFile,
  disposition: 'inline' | 'attachment',
): Entity {
  const contentType = onOneLine(type) || sniffType(content);
  const parameter = name === '' ? '' : `; ${encodeParameter('name', name)}`;
  return {
    headers: [
      ['Content-Disposition', `${disposition}${name === '' ? '' : `; ${encodeParameter('filename', name)}`}`],
      ...(contentId === ''
        ? []
        : [['Content-Id', `<${onOneLine(contentId).replace(/[<>]/g, '')}>`] as const]),
      ['Content-Transfer-Encoding', 'base64'],
      ['Content-Type', contentType.startsWith('text/') ? contentType : contentType + parameter],
    ],
    body: encodeBase64(content),
  };
}

function renderAddress({ Name, Address }: Address): string {
  if (Name === '') return `<${Address}>`;
  const isPlain = /^[\x20-\x7e]*$/.test(Name);
  return `${isPlain ? `"${Name.replace(/["\\]/g, '\\$&')}"` : encodeHeaderText(Name)} <${Address}>`;
}

/** What stands in a header raw stays in it. */
function onOneLine(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '');
}
