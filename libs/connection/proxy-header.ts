/** The PROXY protocol's header, versions 1 and 2 (haproxy.org, proxy-protocol.txt). Pure. */
import { isIPv4, isIPv6 } from 'node:net';

export type ProxyHeader =
  /** It is not whole yet. */
  | { readonly type: 'partial' }
  | { readonly type: 'bad' }
  /** `source` is null when the proxy speaks for itself or does not know. */
  | { readonly type: 'whole'; readonly bytes: number; readonly source: string | null };

const partial: ProxyHeader = { type: 'partial' };
const bad: ProxyHeader = { type: 'bad' };

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const v1Start = Buffer.from('PROXY ');

/** Longest version 1 header, and the longest version 2 header that is read: addresses and some extensions. */
const maxV1Bytes = 107;
const maxV2Bytes = 4096;

export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  if (startsLike(bytes, signature)) return bytes.length < 16 ? partial : parseV2(bytes);
  if (startsLike(bytes, v1Start)) return parseV1(bytes);
  return bad;
}

/** As far as there are bytes to compare. */
function startsLike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.compare(start, 0, length, 0, length) === 0;
}

function parseV1(bytes: Buffer): ProxyHeader {
  const end = bytes.indexOf('\r\n');
  if (end < 0) return bytes.length < maxV1Bytes ? partial : bad;
  const [, family, source = '', destination = '', ...ports] = bytes.toString('latin1', 0, end).split(' ');
  const length = end + 2;
  if (length > maxV1Bytes) return bad;
  if (family === 'UNKNOWN') return { type: 'whole', bytes: length, source: null };
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isIPv6 : () => false;
  if (!isAddress(source) || !isAddress(destination) || ports.length !== 2 || !ports.every(isPort)) return bad;
  return { type: 'whole', bytes: length, source };
}

function isPort(text: string): boolean {
  return /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65535;
}

function parseV2(bytes: Buffer): ProxyHeader {
  const version = bytes.readUInt8(12);
  const family = bytes.readUInt8(13) >> 4;
  const length = 16 + bytes.readUInt16BE(14);
  const isLocal = version === 0x20;
  if ((!isLocal && version !== 0x21) || length > maxV2Bytes) return bad;
  if (bytes.length < length) return partial;
  const addresses = bytes.subarray(16, length);
  if (isLocal || family === 0 || family === 3) return { type: 'whole', bytes: length, source: null };
  if (family === 1 && addresses.length >= 12)
    return { type: 'whole', bytes: length, source: addresses.subarray(0, 4).join('.') };
  if (family === 2 && addresses.length >= 36)
    return { type: 'whole', bytes: length, source: v6Text(addresses.subarray(0, 16)) };
  return bad;
}

const v4InV6 = Buffer.from('00000000000000000000ffff', 'hex');

function v6Text(bytes: Buffer): string {
  if (bytes.subarray(0, 12).equals(v4InV6)) return bytes.subarray(12).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
