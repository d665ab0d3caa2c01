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

/** The mails by their files; null: it is no manifest of an archive. */
export function parseManifest(text: Buffer): ReadonlyMap<string, ArchivedMail> | null {
  let manifest: { format?: unknown; version?: unknown; messages?: unknown };
  try {
    manifest = JSON.parse(text.toString());
  } catch {
    return null;
  }
  const { messages } = manifest;
  if (manifest.format !== format || manifest.version !== 1 || !Array.isArray(messages)) return null;
  return messages.every(isArchivedMail) ? new Map(messages.map(mail => [mail.file, mail])) : null;
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
