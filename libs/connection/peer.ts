/** Who is at the other end. */
import type { Socket } from 'node:net';

export type Peer = {
  /** IP address without a port. */
  readonly address: string;
  /** Its name where it is known without asking; null where the DNS must be asked. */
  readonly name: string | null;
};

/** A peer on a unix socket has no address: it is this machine. */
const thisMachine: Peer = { address: '127.0.0.1', name: 'localhost' };

/** The peer of an accepted socket. */
export function peerOf(socket: Socket): Peer {
  return socket.remoteAddress === undefined ? thisMachine : peerAt(socket.remoteAddress);
}

/** The peer at an address. */
export function peerAt(address: string): Peer {
  const plain = plainAddress(address);
  return plain === '127.0.0.1' || plain === '::1'
    ? { address: plain, name: 'localhost' }
    : { address: plain, name: null };
}

/** What counts as one source for limits: an IPv4 address, the network of an IPv6 one (RFC 6177: a site has at least a /64). */
export function sourceOf({ address }: Peer): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length;
  return [...front, ...Array<string>(Math.max(zeros, 0)).fill('0'), ...back].slice(0, 4).join(':');
}

/** An IPv4 address that comes in IPv6 clothes, as it is meant. */
function plainAddress(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
