/** Names of peers. */
import { Resolver } from 'node:dns/promises';

const maxLookupMs = 1000;

/** The name that the address has in the DNS, or `unknown` when there is none or none is known within a second. */
export async function hostNameOf(address: string): Promise<string> {
  const resolver = new Resolver({ timeout: maxLookupMs, tries: 1 });
  const tooLate = setTimeout(() => resolver.cancel(), maxLookupMs);
  try {
    const [name] = await resolver.reverse(address);
    return name && isHostName(name) ? name : 'unknown';
  } catch {
    // No name, no server, no time: it is all the same to the reader of a Received header.
    return 'unknown';
  } finally {
    clearTimeout(tooLate);
  }
}

/** A name server may say anything; what ends up in a header is a host name. */
function isHostName(text: string): boolean {
  return text.length <= 255 && /^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*$/u.test(text);
}
