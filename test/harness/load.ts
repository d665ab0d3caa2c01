import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a client sees when nobody listens, or nobody takes what waits. */
const refusals = new Set(['ECONNREFUSED', 'ENOENT', 'EAGAIN']);

export type Place = { readonly smtp: string; readonly http: string };

/** Clients that send and read without a pause, each at one place after the other, and count what they see. */
export class Load implements AsyncDisposable {
  /** Connections that nobody took, with their errors. */
  readonly refused: string[] = [];
  mails = 0;
  reads = 0;
  /** Connections that were taken and then broke off. */
  cut = 0;
  slowestMs = 0;
  #running = true;
  readonly #clients: Promise<void>[];

  constructor(places: readonly Place[], clients = 4) {
    this.#clients = Array.from({ length: clients }, (_, at) => this.#run(places, at));
  }

  /** Resolves when so many more mails were taken. */
  async until(moreMails: number): Promise<void> {
    const wanted = this.mails + moreMails;
    while (this.mails < wanted) await sleep(5);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#running = false;
    await Promise.all(this.#clients);
  }

  async #run(places: readonly Place[], first: number): Promise<void> {
    for (let at = first; this.#running; at++) {
      const place = places[Math.floor(at / 2) % places.length];
      if (!place) return;
      const startedAtMs = performance.now();
      const outcome = await (at % 2 === 0 ? talk(place.smtp, mail) : talk(place.http, read));
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startedAtMs);
      if (outcome === 'mail') this.mails++;
      else if (outcome === 'read') this.reads++;
      else if (refusals.has(outcome)) this.refused.push(outcome);
      else this.cut++;
    }
  }
}

/** What to say to all that was heard so far; `done` when that was it, null when more has to come. */
type Say = (heard: string, turn: number) => string | null | { readonly done: string };

/** Resolves to what was done, to a connection's error, or to `cut`. */
function talk(path: string, say: Say): Promise<string> {
  return new Promise(resolve => {
    const socket = connect(path);
    let heard = '';
    let turn = 0;
    const hear = () => {
      const next = say(heard, turn);
      if (next === null) return;
      turn++;
      heard = '';
      if (typeof next === 'string') socket.write(next);
      else {
        resolve(next.done);
        socket.destroy();
      }
    };
    socket.setEncoding('latin1');
    socket.on('connect', hear);
    socket.on('data', chunk => {
      heard += chunk;
      hear();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'cut'));
    socket.on('close', () => resolve('cut'));
  });
}

const lines = [
  'EHLO client\r\n',
  'MAIL FROM:<a@example.com>\r\n',
  'RCPT TO:<b@example.com>\r\n',
  'DATA\r\n',
  'Subject: load\r\nTo: b@example.com\r\n\r\nHello\r\n.\r\n',
];

const mail: Say = (heard, turn) => {
  if (!/^\d{3} .*\r\n$/m.test(heard)) return null;
  if (!/^[23]/.test(heard)) return { done: 'cut' };
  return lines[turn] ?? { done: 'mail' };
};

const read: Say = (heard, turn) => {
  if (turn === 0) return 'GET /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
  if (!heard.includes('"messages":')) return null;
  return { done: heard.startsWith('HTTP/1.1 200') ? 'read' : 'cut' };
};
