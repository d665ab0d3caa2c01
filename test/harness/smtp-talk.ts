import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** An SMTP session line by line, over a unix socket or a port of this machine. */
export class SmtpTalk implements Disposable {
  readonly socket: Socket;
  readonly #lines: AsyncIterator<string>;

  constructor(place: string | number) {
    this.socket = typeof place === 'string' ? connect(place) : connect(place, '127.0.0.1');
    this.#lines = createInterface({ input: this.socket })[Symbol.asyncIterator]();
  }

  /** One whole reply, its lines joined by a line feed; null at the end of the connection. */
  async reply(): Promise<string | null> {
    const lines: string[] = [];
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) return null;
      lines.push(value);
      if (value[3] !== '-') return lines.join('\n');
    }
  }

  async say(line: string): Promise<string | null> {
    this.socket.write(`${line}\r\n`);
    return this.reply();
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

/** Sends one mail. Resolves to the reply to its data. */
export async function sendMail(
  place: string | number,
  subject: string,
  body = 'Hello',
): Promise<string | null> {
  using talk = new SmtpTalk(place);
  await talk.reply();
  for (const line of ['EHLO client', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA']) {
    await talk.say(line);
  }
  return await talk.say(`Subject: ${subject}\r\nTo: b@example.com\r\n\r\n${body}\r\n.`);
}
