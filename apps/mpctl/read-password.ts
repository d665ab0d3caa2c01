import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { maxPasswordBytes } from './new-login.ts';
import { UsageError } from './usage-error.ts';

/** A password from stdin, its first line; asked for twice, and not shown, where stdin is a terminal. */
export async function readPassword(): Promise<string> {
  const password = process.stdin.isTTY ? await askTwice() : (await text(process.stdin)).split(/\r?\n/, 1)[0];
  if (!password) throw new UsageError('the password is empty');
  const isFit = Buffer.byteLength(password) <= maxPasswordBytes && !password.includes('\0');
  if (!isFit) throw new UsageError(`a password may have ${maxPasswordBytes} bytes, and no NUL`);
  return password;
}

async function askTwice(): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true });
  const ask = async (question: string) => {
    process.stderr.write(question);
    const answer = await terminal.question('');
    process.stderr.write('\n');
    return answer;
  };
  try {
    const password = await ask('Password: ');
    if ((await ask('Once more: ')) !== password) throw new UsageError('these are two passwords');
    return password;
  } finally {
    terminal.close();
  }
}
