import type { Api } from '../state/api.ts';
import type { Message } from '../state/api-shapes.ts';

/**
 * The parts that a mail's HTML shows, by part, as `data:` addresses: its frame has no origin, so a browser would ask for
 * them without the password that the page was opened with.
 */
export async function inlinePictures(api: Api, message: Message): Promise<ReadonlyMap<string, string>> {
  const wanted = [...message.Inline, ...message.Attachments].filter(
    ({ ContentID, FileName }) =>
      (ContentID !== '' && /cid:/i.test(message.HTML)) || namesFile(message.HTML, FileName),
  );
  const pairs = await Promise.all(
    wanted.map(async ({ PartID }) => {
      const blob = await (await api.part(message.ID, PartID)).blob();
      return [PartID, await dataAddress(blob)] as const;
    }),
  );
  return new Map(pairs);
}

/** Whether its HTML names parts of the mail. */
export const hasInlinePictures = ({ HTML, Inline, Attachments }: Message) =>
  Inline.length + Attachments.length > 0 &&
  (/cid:/i.test(HTML) || [...Inline, ...Attachments].some(({ FileName }) => namesFile(HTML, FileName)));

/** Some programs name the file instead of its id. */
const namesFile = (html: string, name: string) =>
  /^[\w.-]+$/.test(name) && (html.includes(`"${name}"`) || html.includes(`'${name}'`));

function dataAddress(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
