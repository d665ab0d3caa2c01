import { BadJson } from '../base/go-json.ts';
import type { Parsed, Shape } from '../base/json-body.ts';
import { type InboxRequest, OverLimit } from './inbox-request.ts';

/** As many ids of mail as a body may hold do not come up to it; only lists of something else do. */
const maxItems = 250_000;

type Wish = { readonly [key: string]: Shape };

/**
 * What a client wants, from the body of its request; a large one is read where it holds nobody up. `nothing` is what an
 * empty body means; without it that is an error. Throws {@link BadJson}, {@link OverLimit}.
 */
export async function readWish<S extends Wish>(
  request: InboxRequest,
  shape: S,
  nothing?: Parsed<S>,
): Promise<Parsed<S>> {
  const raw = await request.body();
  if (nothing && /^[ \t\r\n]*$/.test(raw.toString('latin1', 0, 64)) && raw.toString().trim() === '')
    return nothing;
  const read = await request.mailJob('read-wish', raw.length, async () => ({ raw, shape, maxItems }));
  if (read.fault === 'json') throw new BadJson(read.message);
  if (read.fault === 'items') throw new OverLimit(`too many items in a list (limit: ${maxItems})`);
  return read.wish as Parsed<S>;
}
