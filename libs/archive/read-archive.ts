import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { MpctlError } from '../base/error.ts';
import { type PreparedMail, prepareKept } from '../mail/prepare-mail.ts';
import { cleanTag, distinctTags } from '../mail/tags.ts';
import type { Mailbox, Retention } from '../store/store.ts';
import { type ArchivedMail, manifestName, parseManifest } from './archive-manifest.ts';
import { foreignFormat } from './foreign-format.ts';
import { pace } from './pace.ts';
import { unpackEntries } from './tar.ts';

/** No file in an archive is longer. */
const maxFileBytes = 1024 ** 3;

/** Mails on their way into the mailbox: each waits for the disk. */
const atOnce = 8;

export type ArchiveTarget = {
  readonly mailbox: Mailbox;
  readonly retention: Retention;
  /** For people. */
  readonly limits: string;
  readonly allowPrune: boolean;
  readonly nowMs: number;
};

export type Imported = { readonly messages: number; readonly known: number; readonly pruned: number };

/**
 * Takes the mails of an archive into a mailbox, each with its id, time, state and tags, and the next numbers; one whose id
 * is there already is left out. The whole archive is read through before the first is taken.
 * @throws MpctlError BAD_ARCHIVE; LIMIT_REACHED when the mailbox's limits would remove mail, unless that is allowed
 */
export async function readArchive(path: string, target: ArchiveTarget): Promise<Imported> {
  const { mailbox } = target;
  const fresh = await freshMails(path, mailbox);
  const before = await mailbox.counts();
  if (!target.allowPrune) refuseToPrune(fresh.mails, before, target);
  const waiting = new Set<Promise<void>>();
  let taken = 0;
  const step = pace();
  for await (const { name, content } of entriesOf(path)) {
    await step();
    const mail = fresh.mails.get(name);
    if (!mail) continue;
    if (waiting.size >= atOnce) await Promise.race(waiting);
    const inserting: Promise<void> = mailbox.insert(keptMail(mail, content)).finally(() => {
      waiting.delete(inserting);
    });
    waiting.add(inserting);
    taken += 1;
  }
  await Promise.all(waiting);
  const after = await mailbox.counts();
  return { messages: taken, known: fresh.known, pruned: Math.max(0, before.total + taken - after.total) };
}

/** The mails to take, by file, after a look at every byte of the archive. */
async function freshMails(path: string, mailbox: Mailbox) {
  const files = new Map<string, number>();
  let manifest: ReadonlyMap<string, ArchivedMail> | null = null;
  for await (const { name, content } of entriesOf(path)) {
    if (name === manifestName) manifest = await parseManifest(content);
    else files.set(name, content.length);
  }
  if (!manifest) throw badArchive(path, 'it has no manifest.json that says what is in it');
  const mails = new Map<string, ArchivedMail>();
  let known = 0;
  const step = pace();
  for (const [file, mail] of manifest) {
    await step();
    const bytes = files.get(file);
    if (bytes === undefined) throw badArchive(path, `${file} is missing`);
    if (await mailbox.find(mail.id)) known += 1;
    else mails.set(file, { ...mail, bytes });
  }
  return { mails, known };
}

function refuseToPrune(
  mails: ReadonlyMap<string, ArchivedMail>,
  before: { readonly total: number; readonly bytes: number },
  { retention: { maxMessages, maxAgeMs, maxBytes }, limits, nowMs }: ArchiveTarget,
): void {
  const bytes = [...mails.values()].reduce((sum, mail) => sum + mail.bytes, before.bytes);
  const tooMany = maxMessages > 0 ? before.total + mails.size - maxMessages : 0;
  const tooOld =
    maxAgeMs > 0 ? [...mails.values()].filter(mail => mail.createdAtMs < nowMs - maxAgeMs).length : 0;
  const tooMuch = maxBytes > 0 ? bytes - maxBytes : 0;
  const reasons = [
    tooMany > 0 ? `${tooMany} mails more than maxMessages allows` : '',
    tooOld > 0 ? `${tooOld} older than maxAge allows` : '',
    tooMuch > 0 ? `${tooMuch} bytes more than maxBytes allows` : '',
  ].filter(reason => reason !== '');
  if (reasons.length === 0) return;
  throw new MpctlError('LIMIT_REACHED', `nothing was taken: it would be ${reasons.join(', ')} (${limits})`, {
    hint: 'raise the limits by `mpctl tenant set`, or let --allow-prune remove the oldest',
  });
}

function keptMail(
  { id, createdAtMs, created, username, read, tags }: ArchivedMail,
  raw: Buffer,
): PreparedMail {
  const cleaned = distinctTags(tags.map(cleanTag));
  return prepareKept(raw, { id, createdAtMs, created, username }, { read, tags: cleaned });
}

async function* entriesOf(path: string) {
  const found = await stat(path).catch(() => null);
  // Whoever opened a pipe would wait for its other end.
  if (found && !found.isFile() && !found.isDirectory()) throw badArchive(path, 'it is no file');
  const file = createReadStream(path);
  const gunzip = createGunzip();
  // What goes wrong with the file is seen by who reads from what comes out of it.
  file.on('error', error => gunzip.destroy(error));
  try {
    yield* unpackEntries(file.pipe(gunzip), maxFileBytes);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (error instanceof MpctlError) throw error;
    const hint = code === 'EACCES' || code === 'EPERM' ? "the daemon's user must be able to read it" : '';
    const foreign = code === 'Z_DATA_ERROR' || code === 'EISDIR' ? await foreignFormat(path) : null;
    if (foreign)
      throw badArchive(path, `it is ${foreign}`, 'only what `mpctl tenant export` writes is understood');
    throw badArchive(path, code === 'Z_DATA_ERROR' ? 'it is no gzip file, or damaged' : message, hint);
  } finally {
    file.destroy();
    gunzip.destroy();
  }
}

function badArchive(path: string, why: string, hint = ''): MpctlError {
  return new MpctlError('BAD_ARCHIVE', `${path} cannot be imported: ${why}`, { hint });
}
