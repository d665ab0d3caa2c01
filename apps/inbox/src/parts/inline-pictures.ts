import type { Api } from '../state/api.ts';
import type { Message } from '../state/api-shapes.ts';

/**
 * The parts that a mail's HTML shows, by part, as `data:` addresses: its frame has no origin, so a browser would ask for
 * them without the password that the page was opened with.
 */
export async function inlinePictures(api: Api, message: Message): Promise<ReadonlyMap<string, string>> {
  const wanted = [...message.Inline, ...message.Attachments].filter(({ ContentID }) => ContentID !== '');
  const pairs = await Promise.all(
    wanted.map(async ({ PartID }) => {
      const blob = await (await api.part(message.ID, PartID)).blob();
      return [PartID, await dataAddress(blob)] as const;
    }),
  );
  return new Map(pairs);
}

/** Whether its HTML names parts of the mail. */
export const hasInlinePictures = ({ HTML }: Message) => /cid:/i.test(HTML);

function dataAddress(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
