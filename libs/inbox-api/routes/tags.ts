import { foldCase } from '../../mail/fold-case.ts';
import { toJson } from '../../mail/row.ts';
import { cleanTag, distinctTags } from '../../mail/tags.ts';
import type { InboxRequest } from '../inbox-request.ts';
import { readWish } from '../read-wish.ts';
import { badRequest, jsonText, ok, type Reply } from '../reply.ts';

/** `GET api/v1/tags`: names in case-insensitive order. */
export async function listTags({ tenant }: InboxRequest): Promise<Reply> {
  const tags = await tenant.mailbox.tags();
  return jsonText(toJson(tags.map(({ name }) => name)));
}

/** `PUT api/v1/tags`: gives the mails of `IDs` exactly `Tags`. */
export async function setTags(request: InboxRequest): Promise<Reply> {
  const { tenant } = request;
  const { Tags: wanted = [], IDs: ids = [] } = await readWish(request, { Tags: ['string'], IDs: ['string'] });
  const tags = distinctTags(wanted.map(cleanTag));
  const tagged = ids.length === 0 ? [] : await tenant.mailbox.setTags(ids, tags);
  if (tagged.length > 0) tenant.events.publish({ kind: 'tags', ids: tagged, tags });
  return ok;
}

/** `PUT api/v1/tags/{tag}`: another name for it. */
export async function renameTag(request: InboxRequest): Promise<Reply> {
  const { tenant, params } = request;
  const { Name: wish = '' } = await readWish(request, { Name: 'string' });
  const name = cleanTag(wish);
  if (name === '') return badRequest(`invalid tag name: ${name}`);
  const old = params.tag ?? '';
  const tags = await tenant.mailbox.tags();
  const exists = (tag: string) => tags.some(each => foldCase(each.name) === foldCase(tag));
  if (!exists(old)) return badRequest(`tag not found: ${old}`);
  if (foldCase(old) !== foldCase(name) && exists(name)) return badRequest(`tag already exists: ${name}`);
  tenant.events.publish({ kind: 'retagged', ids: await tenant.mailbox.renameTag(old, name) });
  return ok;
}

/** `DELETE api/v1/tags/{tag}`: off every mail. */
export async function deleteTag({ tenant, params }: InboxRequest): Promise<Reply> {
  const name = params.tag ?? '';
  const ids = await tenant.mailbox.removeTag(name);
  if (ids.length === 0) return badRequest(`tag not found: ${name}`);
  tenant.events.publish({ kind: 'retagged', ids });
  return ok;
}
