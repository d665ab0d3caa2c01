import { pace } from './pace.ts';

/** What an archive says of its mails: `manifest.json`, beside the files `mail/<number>-<id>.eml`. */
export type ArchivedMail = {
  readonly file: string;
  readonly id: string;
  /** Place in the order of arrival where it came from. */
  readonly number: number;
  readonly createdAtMs: number;
  /** The same as it is shown, e.g. `2026-11-21T17:30:05.123Z`. */
  readonly created: string;
  readonly username: string;
  readonly messageId: string;
  readonly read: boolean;
  readonly tags: readonly string[];
  readonly bytes: number;
};

export const manifestName = 'manifest.json';

const format = 'mpctl-archive';

/** One JSON document, a line for each mail: `lines` are these. */
export function renderManifest(tenant: string, atMs: number, lines: readonly string[]): Buffer {
  const head = JSON.stringify({ format, version: 1, tenant, exportedAt: new Date(atMs).toISOString() });
  return Buffer.from(`${head.slice(0, -1)},"messages":[\n${lines.join(',\n')}\n]}\n`);
}

/** The mails by their files, read in slices; null: it is no manifest of an archive. */
export async function parseManifest(text: Buffer): Promise<ReadonlyMap<string, ArchivedMail> | null> {
  const mails = new Map<string, ArchivedMail>();
  const step = pace();
  const ids = new Set<string>();
  try {
    for (const mail of await messagesOf(text)) {
      if (!isArchivedMail(mail) || ids.has(mail.id)) return null;
      ids.add(mail.id);
      mails.set(mail.file, mail);
      await step();
    }
  } catch {
    return null;
  }
  return mails;
}

/** @throws SyntaxError, or what a value that is no manifest leads to */
async function messagesOf(text: Buffer): Promise<readonly unknown[]> {
  const lines = text.toString().split('\n');
  const isOurs = lines[0]?.endsWith('"messages":[') && lines.at(-2) === ']}';
  const manifest = JSON.parse(isOurs ? `${lines[0]}]}` : lines.join('\n'));
  if (manifest.format !== format || manifest.version !== 1) throw new Error('of another format');
  if (!isOurs) return manifest.messages;
  const messages: unknown[] = [];
  const step = pace();
  for (const line of lines.slice(1, -2)) {
    if (line !== '') messages.push(JSON.parse(line.replace(/,$/, '')));
    await step();
  }
  return messages;
}

function isArchivedMail(one: unknown): one is ArchivedMail {
  const { file, id, createdAtMs, created, username, read, tags } = (one ?? {}) as Record<string, unknown>;
  return (
    [file, id, created, username].every(value => typeof value === 'string') &&
    /^[\w-]{1,64}$/.test(String(id)) &&
    Number.isFinite(createdAtMs) &&
    typeof read === 'boolean' &&
    Array.isArray(tags) &&
    tags.every(tag => typeof tag === 'string')
  );
}
