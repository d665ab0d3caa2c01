import { constants, deflateRawSync } from 'node:zlib';
import { renderRow, toJson } from '../mail/row.ts';
import type { MailEvent } from './mail-events.ts';

/** A message of the stream before its braces are closed: `{"Type":…,"Data":…`. */
export type OpenMessage = string;

const message = (type: string, data: string): OpenMessage => `{"Type":"${type}","Data":${data}`;

/** More mails than that are not told one by one: lists are read anew. */
const maxTold = 1_000;
const maxToldBySearch = 200;

const reload = message('prune', 'null');

/** What an event says to those who listen; counts come apart from it. */
export function messagesOf(event: MailEvent): readonly OpenMessage[] {
  switch (event.kind) {
    case 'new': {
      const { row } = event;
      const tags = row.tags.length === 0 ? [] : [message('update', toJson({ ID: row.id, Tags: row.tags }))];
      return [...tags, message('new', renderRow(row))];
    }
    case 'read':
      if (event.all) return [];
      return told(event.ids, maxTold, id => message('update', toJson({ ID: id, Read: event.read })));
    case 'tags':
      return told(event.ids, maxTold, id => message('update', toJson({ ID: id, Tags: event.tags })));
    case 'removed':
      return told(event.ids, event.bySearch ? maxToldBySearch : Number.POSITIVE_INFINITY, id =>
        message('delete', toJson({ ID: id })),
      );
    case 'pruned':
    case 'retagged':
      return [reload];
    case 'truncated':
      return [message('truncate', 'null')];
    case 'refused': {
      const { level, protocol, remoteAddress, message: text } = event;
      return [message('error', toJson({ Level: level, Type: protocol, IP: remoteAddress, Message: text }))];
    }
  }
}

function told(
  ids: readonly string[],
  most: number,
  tell: (id: string) => OpenMessage,
): readonly OpenMessage[] {
  return ids.length > most ? [reload] : ids.map(tell);
}

export function statsMessage(stats: { Total: number; Unread: number; Version: string }): OpenMessage {
  return message('stats', toJson(stats));
}

/** Smaller ones gain nothing. */
const minDeflateBytes = 128;

/** A text frame (RFC 6455 §5.2), compressed by itself (RFC 7692) where clients know how: good for any number of them. */
export function frame(text: string, deflate: boolean): Buffer {
  const data = Buffer.from(text);
  const compress = deflate && data.length >= minDeflateBytes;
  const payload = compress ? deflated(data) : data;
  const extended = payload.length > 0xffff ? 8 : payload.length > 125 ? 2 : 0;
  const head = Buffer.alloc(2 + extended);
  head[0] = compress ? 0xc1 : 0x81;
  head[1] = extended === 8 ? 127 : extended === 2 ? 126 : payload.length;
  if (extended > 0) head.writeUIntBE(payload.length, 2 + Math.max(0, extended - 6), Math.min(6, extended));
  return Buffer.concat([head, payload]);
}

/** Ends on a byte's edge and leaves out the four bytes that say so (RFC 7692 §7.2.1). */
function deflated(data: Buffer): Buffer {
  return deflateRawSync(data, { level: 1, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}
