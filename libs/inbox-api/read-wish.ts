import { BadJson } from '../base/go-json.ts';
import type { Everything, Parsed, Shape } from '../base/json-body.ts';
import { type InboxRequest, OverLimit } from './inbox-request.ts';

/** As many ids of mail as a body may hold do not come up to it; only lists of something else do. */
const maxItems = 250_000;

type WishRules<S extends Wish> = {
  /** What an empty body means; without it that is an error. */
  readonly nothing?: Parsed<S>;
  /** Given where a body can mean all mail. */
  readonly everything?: Everything;
};

type Wish = { readonly [key: string]: Shape };

/**
 * What a client wants, from the body of its request; a large one is read where it holds nobody up. Throws
 * {@link BadJson}, {@link OverLimit}.
 */
export async function readWish<S extends Wish>(
  request: InboxRequest,
  shape: S,
  { nothing, everything }: WishRules<S> = {},
): Promise<Parsed<S>> {
  const raw = await request.body();
  if (nothing && /^[ \t\r\n]*$/.test(raw.toString('latin1', 0, 64)) && raw.toString().trim() === '')
    return nothing;
  const read = await request.mailJob('read-wish', raw.length, async () => ({
    raw,
    shape,
    maxItems,
    everything: everything ?? null,
  }));
  if (read.fault === 'json') throw new BadJson(read.message);
  if (read.fault === 'items') throw new OverLimit(`too many items in a list (limit: ${maxItems})`);
  return read.wish as Parsed<S>;
}
