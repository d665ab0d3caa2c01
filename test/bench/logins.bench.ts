/** How long a fleet that keeps its mail on disk takes to acknowledge one, beside clients that log in without a pause. */
import { makeSecret } from '../../libs/passwords/secret.ts';
import { Fleet } from '../harness/fleet.ts';
import { SmtpTalk } from '../harness/smtp-talk.ts';
import { atMost, quantile, renderFigures, round, shown } from './figures.ts';

const mails = 500;
const parallel = 20;
const body = `From: a@example.com\r\nTo: b@example.com\r\nSubject: bench\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(27)}.`;

await using fleet = await Fleet.serving(`shards: 1
tenants:
  busy: { smtp: { auth: "user:${makeSecret('geheim', Buffer.alloc(16, 1))}", authAllowInsecure: true } }
  quiet: {}
`);

/** Milliseconds from the end of each mail to its 250. */
async function acknowledgements(): Promise<number[]> {
  using talk = new SmtpTalk(fleet.socketPath('quiet', 'smtp'));
  await talk.reply();
  await talk.say('EHLO bench');
  const times: number[] = [];
  for (let i = 0; i < mails; i++) {
    for (const line of ['MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA']) await talk.say(line);
    const startedAtMs = performance.now();
    const reply = await talk.say(body);
    if (!reply?.startsWith('250 ')) throw new Error(`not taken: ${reply}`);
    times.push(performance.now() - startedAtMs);
  }
  return times;
}

/** Logs in with the right and with wrong passwords, a connection each, until it is told to stop; counts the attempts. */
async function logIn(going: { value: boolean; attempts: number }): Promise<void> {
  while (going.value) {
    using talk = new SmtpTalk(fleet.socketPath('busy', 'smtp'));
    await talk.reply();
    const password = Math.random() < 0.5 ? 'geheim' : String(Math.random());
    await talk.say(`AUTH PLAIN ${Buffer.from(`\0user\0${password}`).toString('base64')}`);
    going.attempts++;
  }
}

await acknowledgements();
const alone = await acknowledgements();
const going = { value: true, attempts: 0 };
const logins = Array.from({ length: parallel }, () => logIn(going));
const startedAtMs = performance.now();
const beside = await acknowledgements();
const perSecond = (1000 * going.attempts) / (performance.now() - startedAtMs);
going.value = false;
await Promise.all(logins);

console.log(
  renderFigures('Mail on disk, beside logins', [
    shown(
      'acknowledgement, p50',
      `${round(quantile(beside, 0.5))} ms`,
      `${round(quantile(alone, 0.5))} ms alone`,
    ),
    atMost(
      `acknowledgement, p99, beside ${parallel} clients that log in (bcrypt)`,
      quantile(beside, 0.99),
      20,
      'ms',
      `${round(quantile(alone, 0.99))} ms alone`,
    ),
    shown('logins meanwhile', `${round(perSecond)}/s`),
  ]),
);
