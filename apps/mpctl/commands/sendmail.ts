/**
 * The program `sendmail` as PHP, cron and Symfony Mailer call it. Loads nothing heavy: it starts once for every mail.
 * Texts, exit codes and what goes to which stream are the reference's.
 */
import { hostname, userInfo } from 'node:os';
import { headerAddresses } from '../sendmail/header-addresses.ts';
import { type OutgoingMail, parseOutgoingMail, renderData } from '../sendmail/outgoing-mail.ts';
import { parseFlags, type SendmailFlags } from '../sendmail/parse-flags.ts';
import { pipeSession } from '../sendmail/pipe-session.ts';
import { readStdin } from '../sendmail/read-stdin.ts';
import { SmtpClient } from '../sendmail/smtp-client.ts';

const code = { sent: 0, failed: 1, flags: 2, noMail: 11 } as const;
const maxBytes = 1000 * 1024 * 1024;

const usage = `Sendmail command replacement for mpctl

Usage: sendmail [flags] [recipients] < message

Flags:
  -S, --smtp-addr ADDRESS   host:port or unix:PATH (default localhost:1025, or MP_SENDMAIL_SMTP_ADDR)
  -f, --from ADDRESS        the sender (default user@host, or MP_SENDMAIL_FROM)
  -bs                       speak SMTP on stdin and stdout
  -t, -i, -o…, -v, -F x, …  taken and ignored
  -h, --help                this text
`;

/** Resolves to the exit code; `flagCode` is the one for a flag that nobody knows. */
export async function sendmail(words: readonly string[], flagCode: number = code.flags): Promise<number> {
  const flags = parseFlags(words, process.env);
  if ('fault' in flags) {
    process.stderr.write(`${flags.fault}\n${flags.usage ? usage : ''}`);
    return flags.usage ? flagCode : code.failed;
  }
  if (flags.help) {
    process.stdout.write(usage);
    return code.sent;
  }
  if (flags.pipe) return pipeSession(flags.server, process.stdin, process.stdout);
  return sendFromStdin(flags);
}

async function sendFromStdin(flags: SendmailFlags): Promise<number> {
  const bytes = await readStdin(maxBytes);
  if (bytes === null) return complain('error reading stdin: the message is too large', code.noMail);
  if (bytes.length === 0) return complain('error reading stdin: no message', code.noMail);
  const mail = parseOutgoingMail(bytes);
  if (mail === null) return complain('error parsing message body: no header', code.noMail);
  const from = parseSender(flags.from ?? defaultSender());
  if (from === null) return complain(`invalid from address: ${flags.from}`, code.noMail);
  const recipients = flags.recipients.length > 0 ? flags.recipients : mail.recipients;
  if (recipients.length === 0) return complain('no recipients found', code.failed);
  try {
    await deliver(flags, from, recipients, mail);
    return code.sent;
  } catch (error) {
    process.stderr.write('error sending mail\n');
    logReason(error);
    return code.failed;
  }
}

async function deliver(
  { server }: SendmailFlags,
  from: string,
  recipients: readonly string[],
  mail: OutgoingMail,
): Promise<void> {
  const bad = [from, ...recipients].find(address => /[\r\n]/.test(address));
  if (bad !== undefined) throw new Error('an address must not contain a line end');
  await using client = await SmtpClient.open(server);
  const helo = server.kind === 'unix' ? 'localhost' : hostname();
  let offered = await client.command(`EHLO ${helo}`).catch(() => client.command(`HELO ${helo}`));
  if (server.kind === 'tcp' && /^250[- ]STARTTLS/im.test(offered)) {
    await client.startTls(server.host);
    offered = await client.command(`EHLO ${helo}`);
  }
  const parameters = ['8BITMIME', 'SMTPUTF8'].filter(name =>
    new RegExp(`^250[- ]${name}`, 'im').test(offered),
  );
  const words = parameters.map(name => (name === '8BITMIME' ? ' BODY=8BITMIME' : ` ${name}`)).join('');
  await client.command(`MAIL FROM:<${from}>${words}`);
  for (const recipient of recipients) await client.command(`RCPT TO:<${recipient}>`);
  await client.data(renderData(mail.text));
  // The mail is delivered; what the server says to the farewell changes nothing.
  await client.command('QUIT').catch(() => {});
}

/** `a@b` or `Name <a@b>`; `<>` is the null sender. Null when it is none of these. */
function parseSender(text: string): string | null {
  if (text.trim() === '<>') return '';
  const found = headerAddresses(text);
  return found.length === 1 ? (found[0] ?? null) : null;
}

function defaultSender(): string {
  const clean = (text: string) => text.replace(/[^A-Za-z\-._]/g, '-');
  let user = 'nobody';
  try {
    user = userInfo().username;
  } catch {
    // A user without a name, as in a container started with a number.
  }
  return `${clean(user)}@${clean(hostname())}`;
}

function complain(text: string, exitCode: number): number {
  process.stderr.write(`${text}\n`);
  return exitCode;
}

function logReason(error: unknown): void {
  const now = new Date();
  const pad = (value: number) => String(value).padStart(2, '0');
  const date = [now.getFullYear(), pad(now.getMonth() + 1), pad(now.getDate())].join('/');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(pad).join(':');
  const message = JSON.stringify(error instanceof Error ? error.message : String(error));
  process.stdout.write(`time="${date} ${time}" level=error msg=${message}\n`);
}
