import { renderMailDate } from './mail-date.ts';
import type { Envelope } from './message.ts';
import { parseAddressList } from './mime/address-list.ts';
import { type Header, type HeaderField, headerValue, withoutBrackets } from './mime/header.ts';

export type StampSettings = {
  /** `{host}` and `{app}` of Received. */
  readonly hostname: string;
  readonly app: string;
  /** False where no SMTP session brought the mail. */
  readonly received: boolean;
};

/** Doubled CRs before a line feed, which some senders write, become one, in all of the mail. */
export function repairLineEnds(data: Buffer): Buffer {
  let at = data.indexOf('\r\r\n');
  if (at < 0) return data;
  const kept: Buffer[] = [];
  let start = 0;
  for (; at >= 0; at = data.indexOf('\r\r\n', at + 3)) {
    kept.push(data.subarray(start, at));
    start = at + 1;
  }
  kept.push(data.subarray(start));
  return Buffer.concat(kept);
}

/**
 * The mail with what a receiving server adds to its header: Received, Return-Path, Message-ID where there is none, and
 * as Bcc the recipients that no header names. Every other byte stays. `newId` names the mail for a Message-ID.
 */
export function stampMail(
  data: Buffer,
  header: Header,
  envelope: Envelope,
  settings: StampSettings,
  nowMs: number,
  newId: () => string,
): Buffer {
  let prefix = '';
  const edits: Edit[] = [];
  if (settings.received && envelope.to.length > 0) prefix = renderReceived(envelope, settings, nowMs);

  const returnPath = findField(header, 'return-path');
  const given = withoutBrackets(returnPath?.value ?? '');
  const sender = onOneLine(envelope.from);
  if (given !== sender) {
    const line = `Return-Path: <${sender}>\r\n`;
    if (!returnPath?.value) prefix = line + prefix;
    else if (endsInCrlf(data, returnPath)) edits.push({ ...returnPath, text: line });
  }

  if (/^<?>?$/.test(headerValue(header, 'message-id') ?? '')) {
    prefix = `Message-ID: <${newId()}@mailpit>\r\n${prefix}`;
  }

  const hidden = unnamedRecipients(header, envelope.to);
  if (hidden.length > 0) {
    const bcc = findField(header, 'bcc');
    const list = hidden.join(', ');
    if (!bcc?.value) prefix = `Bcc: ${list}\r\n${prefix}`;
    else if (!endsInCrlf(data, bcc)) {
      // Left alone, as the reference does: the mail's lines do not end as mail's lines do.
    } else if (parseAddressList(bcc.value))
      edits.push({ start: bcc.end - 2, end: bcc.end, text: `, ${list}\r\n` });
    else edits.push({ ...bcc, text: `Bcc: ${list}\r\n` });
  }
  return applyEdits(data, prefix, edits);
}

/** What stands from `start` to `end` is replaced. */
type Edit = { readonly start: number; readonly end: number; readonly text: string };

function applyEdits(data: Buffer, prefix: string, edits: Edit[]): Buffer {
  if (edits.length === 0) return behind(prefix, data);
  const pieces: Buffer[] = [Buffer.from(prefix)];
  let at = 0;
  for (const edit of edits.sort((a, b) => a.start - b.start)) {
    pieces.push(data.subarray(at, edit.start), Buffer.from(edit.text));
    at = edit.end;
  }
  pieces.push(data.subarray(at));
  return Buffer.concat(pieces);
}

function behind(prefix: string, data: Buffer): Buffer {
  const prefixBytes = Buffer.byteLength(prefix);
  const stamped = Buffer.allocUnsafe(prefixBytes + data.length);
  stamped.write(prefix);
  data.copy(stamped, prefixBytes);
  return stamped;
}

function findField(header: Header, key: string): HeaderField | undefined {
  return header.fields.find(field => field.key === key);
}

function endsInCrlf(data: Buffer, field: HeaderField): boolean {
  return data[field.end - 1] === 0x0a && data[field.end - 2] === 0x0d;
}

function renderReceived(envelope: Envelope, settings: StampSettings, nowMs: number): string {
  const host = onOneLine(envelope.remoteHost) || 'unknown';
  return (
    `Received: from ${onOneLine(envelope.helo)} (${host} [${envelope.remoteAddress}])\r\n` +
    `        by ${settings.hostname} (${settings.app}) with SMTP\r\n` +
    `        for <${onOneLine(envelope.to[0] ?? '')}>; ${renderMailDate(nowMs)} (UTC)\r\n`
  );
}

/** Recipients of the envelope that neither To nor Cc nor Bcc (the first of each) shows, in order, duplicates kept. */
function unnamedRecipients(header: Header, recipients: readonly string[]): string[] {
  const named = new Set<string>();
  for (const key of ['to', 'cc', 'bcc']) {
    for (const { Address } of parseAddressList(headerValue(header, key) ?? '') ?? []) {
      named.add(Address.toLowerCase());
    }
  }
  return recipients.map(onOneLine).filter(recipient => !named.has(recipient.toLowerCase()));
}

/** Whatever an envelope says, it cannot begin a header line of its own. */
function onOneLine(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]/g, '');
}
