import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fetchRaw } from './raw-http.ts';
import { SmtpTalk } from './smtp-talk.ts';

/** A mailbox, wherever it is at the moment. */
export type Account = {
  smtp: string;
  http: string;
  /** Ids of mail that was acknowledged and not deleted. */
  readonly kept: Set<string>;
  /** Ids whose deletion was answered. */
  readonly deleted: Set<string>;
  /** Subjects that were sent, ids whose deletion was asked, both without an answer: they may be either way. */
  readonly open: Set<string>;
  /** Clients leave it alone. */
  isAway: boolean;
  /** Sessions and requests that were begun. */
  underWay: number;
};

export const newAccount = (smtp: string, http: string): Account => ({
  smtp,
  http,
  kept: new Set(),
  deleted: new Set(),
  open: new Set(),
  isAway: false,
  underWay: 0,
});

/** What the account has now, for later. */
export const copyOf = ({ smtp, http, kept, deleted, open }: Account): Account => ({
  ...newAccount(smtp, http),
  kept: new Set(kept),
  deleted: new Set(deleted),
  open: new Set(open),
});

/** Of all ledgers: a mailbox may meet several. */
let sent = 0;

/** Clients that send, mark and delete without a pause, and note in a ledger what they were told. */
export class Ledger implements AsyncDisposable {
  readonly accounts: readonly Account[];
  acknowledged = 0;
  refused = 0;
  unanswered = 0;
  /** Never sent whole: nobody was there, or the session broke off before. */
  unsent = 0;
  #running = true;
  readonly #clientCount: number;
  readonly #clients: Promise<void>[];
  readonly #random: () => number;
  readonly #sizes: readonly number[];

  /** `sizes`: of bodies, one as often as another. */
  constructor(
    accounts: readonly Account[],
    clients: number,
    random: () => number,
    sizes: readonly number[] = [5],
  ) {
    this.accounts = accounts;
    this.#random = random;
    this.#sizes = sizes;
    this.#clientCount = clients;
    this.#clients = Array.from({ length: clients }, (_, client) => this.#run(client));
  }

  /** Resolves when so many more mails were acknowledged. */
  async until(more: number): Promise<void> {
    const wanted = this.acknowledged + more;
    const giveUpAtMs = performance.now() + (process.env.MPCTL_SOAK ? 180_000 : 30_000);
    while (this.acknowledged < wanted) {
      assert.ok(performance.now() < giveUpAtMs, 'nobody takes mail any more');
      await sleep(5);
    }
  }

  /** Lets clients leave an account alone; resolves when none of them has anything to do with it any more. */
  async leave(account: Account): Promise<void> {
    account.isAway = true;
    while (account.underWay > 0) await sleep(2);
  }

  /** Ends the clients; resolves when the last of them has its answer or knows that there will be none. */
  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#clients);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async check(): Promise<void> {
    await checkAccounts(this.accounts.filter(({ isAway }) => !isAway));
  }

  async #run(client: number): Promise<void> {
    while (this.#running) {
      const there = this.accounts.filter(({ isAway }) => !isAway);
      const account = this.#choose(there, client);
      if (!account) {
        await sleep(2);
        continue;
      }
      const [victim] = account.kept;
      account.underWay++;
      if (victim !== undefined && this.#random() < 0.15) await this.#delete(account, victim);
      else await this.#send(account);
      account.underWay--;
    }
  }

  /** With a client for each, every account has one that never waits at another. */
  #choose(there: readonly Account[], client: number): Account | undefined {
    const isEnough = this.#clientCount >= there.length;
    return there[isEnough ? client % there.length : Math.floor(this.#random() * there.length)];
  }

  async #send(account: Account): Promise<void> {
    const subject = `mail-${sent++}`;
    const size = this.#sizes[Math.floor(this.#random() * this.#sizes.length)] ?? 5;
    account.open.add(subject);
    const isPosted = this.#random() < 0.2;
    const { outcome, id } = await (isPosted
      ? post(account.http, subject, size)
      : send(account.smtp, subject, size));
    if (outcome === 'unanswered') {
      this.unanswered++;
      return;
    }
    account.open.delete(subject);
    if (outcome === 'unsent') {
      this.unsent++;
      await sleep(1);
    } else if (id === null) this.refused++;
    else {
      this.acknowledged++;
      account.kept.add(id);
    }
  }

  async #delete(account: Account, id: string): Promise<void> {
    account.kept.delete(id);
    account.open.add(id);
    const body = JSON.stringify({ IDs: [id] });
    const request = {
      socketPath: account.http,
      path: '/api/v1/messages',
      method: 'DELETE',
      // Node frames no body of a DELETE by itself, and without one it means all.
      headers: { 'content-length': body.length },
      body,
    };
    const status = await fetchRaw(request).then(
      reply => reply.status,
      () => 0,
    );
    if (status !== 200) return;
    account.open.delete(id);
    account.deleted.add(id);
  }
}

/** `unsent`: the mail's end was never sent · `unanswered`: it was, and nobody said what became of it. */
type Sent = { readonly outcome: 'unsent' | 'answered' | 'unanswered'; readonly id: string | null };

async function send(path: string, subject: string, bodyBytes: number): Promise<Sent> {
  using talk = new SmtpTalk(path);
  talk.socket.on('error', () => {});
  let isWhole = false;
  try {
    if (!(await talk.reply())?.startsWith('220')) return { outcome: 'unsent', id: null };
    for (const line of ['EHLO client', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA']) {
      const reply = await talk.say(line);
      if (!reply || !/^[23]/.test(reply)) return { outcome: 'unsent', id: null };
    }
    isWhole = true;
    const reply = await talk.say(`Subject: ${subject}\r\nTo: b@example.com\r\n\r\n${bodyOf(bodyBytes)}.`);
    if (reply === null) return { outcome: 'unanswered', id: null };
    return { outcome: 'answered', id: /queued as (\w+)/.exec(reply)?.[1] ?? null };
  } catch {
    return { outcome: isWhole ? 'unanswered' : 'unsent', id: null };
  }
}

/** The same over HTTP. */
async function post(socketPath: string, subject: string, bodyBytes: number): Promise<Sent> {
  const mail = {
    From: { Email: 'a@example.com' },
    To: [{ Email: 'b@example.com' }],
    Subject: subject,
    Text: bodyOf(bodyBytes),
  };
  try {
    const headers = { 'content-type': 'application/json' };
    const request = { socketPath, path: '/api/v1/send', method: 'POST', headers, body: JSON.stringify(mail) };
    const { status, body } = await fetchRaw(request);
    return { outcome: 'answered', id: status === 200 ? JSON.parse(body.toString()).ID : null };
  } catch (error) {
    const isNobodyThere = ['ENOENT', 'ECONNREFUSED'].includes((error as NodeJS.ErrnoException).code ?? '');
    return { outcome: isNobodyThere ? 'unsent' : 'unanswered', id: null };
  }
}

/** Lines that look like no others, so that nobody can make them short. */
function bodyOf(bytes: number): string {
  const lines: string[] = [];
  for (let left = bytes; left > 0; left -= 62) {
    const line = randomBytes(30).toString('hex');
    lines.push(`${line.slice(0, left)}\r\n`);
  }
  return lines.join('');
}

/** Mail that is larger has one. */
const fileOfItsOwn = 256 * 1024;

/** Holds that each mailbox has what its account says, and nothing twice. */
export async function checkAccounts(accounts: readonly Account[]): Promise<void> {
  for (const account of accounts) {
    const { body } = await fetchRaw({ socketPath: account.http, path: '/api/v1/messages?limit=0' });
    const messages: { ID: string; Subject: string; Size: number }[] = JSON.parse(body.toString()).messages;
    const ids = messages.map(({ ID }) => ID);
    assert.equal(new Set(ids).size, ids.length, 'no id is there twice');
    const there = new Set(ids);
    const lost = [...account.kept].filter(id => !there.has(id));
    assert.deepEqual(lost, [], `${account.http}: acknowledged mail is gone`);
    const back = ids.filter(id => account.deleted.has(id));
    assert.deepEqual(back, [], `${account.http}: deleted mail is back`);
    const unknown = messages.filter(
      ({ ID, Subject }) => !account.kept.has(ID) && !account.open.has(ID) && !account.open.has(Subject),
    );
    assert.deepEqual(unknown, [], `${account.http}: mail that nobody sent, or that was refused`);
    const subjects = messages.map(({ Subject }) => Subject);
    assert.equal(new Set(subjects).size, subjects.length, 'no mail is there twice');
    for (const { ID, Size } of messages.filter(({ Size }) => Size > fileOfItsOwn)) {
      const { body } = await fetchRaw({ socketPath: account.http, path: `/api/v1/message/${ID}/raw` });
      assert.equal(body.length, Size, `${account.http}: the bytes of a large mail are there`);
    }
  }
}

/** Numbers from 0 to 1 that a seed gives again (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
