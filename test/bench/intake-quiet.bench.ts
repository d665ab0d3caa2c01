/** A quiet tenant beside one that floods, one that sends 25 MB, and password checks; and the first look at a closed mailbox. */
import { setTimeout as sleep } from 'node:timers/promises';
import { hashSync } from 'bcryptjs';
import { fetchRaw } from '../harness/raw-http.ts';
import { SmtpTalk } from '../harness/smtp-talk.ts';
import { watching } from './beside.ts';
import { atMost, type Figure, quantile, renderFigures, round, shown } from './figures.ts';
import { startFleet } from './fleet.ts';
import { sendMails } from './postfix.ts';
import { probe, untilAllAnswer } from './probe.ts';

const seconds = 15;
const closedTenants = 150;
/** Checking it takes about 50 ms. */
const hash = hashSync('geheim', 10);

/** The times between the end of a mail and its answer, in ms, of one sender who pauses. */
async function quietAcks(path: string, until: () => boolean): Promise<number[]> {
  const acksMs: number[] = [];
  using talk = new SmtpTalk(path);
  await talk.reply();
  await talk.say('EHLO quiet');
  while (!until()) {
    for (const line of ['MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA']) await talk.say(line);
    const startedAtMs = performance.now();
    await talk.say(`Subject: quiet\r\n\r\n${'x'.repeat(70)}\r\n.`);
    acksMs.push(performance.now() - startedAtMs);
    await sleep(20);
  }
  return acksMs;
}

async function repeat(work: () => Promise<unknown>, until: () => boolean): Promise<void> {
  while (!until()) await work();
}

const logIn = (socketPath: string) =>
  fetchRaw({ socketPath, path: '/api/v1/info', auth: `user:wrong${Math.random()}` });

const figures: Figure[] = [];
{
  const yaml = `shards: 1\ndefaults: { maxMessages: 20, ui: { auth: ["user:${hash}"] } }\n`;
  await using fleet = startFleet(4, yaml);
  await untilAllAnswer(fleet.socketPaths, 20_000);
  const logins = fleet.socketPaths.find(path => path.endsWith('/http.sock')) ?? '';
  const [quiet = '', flood = '', large = ''] = fleet.socketPaths.filter(path => path.endsWith('/smtp.sock'));
  const beside: [string, (until: () => boolean) => Promise<unknown>][] = [
    ['alone', async until => repeat(() => sleep(100), until)],
    [
      'while others flood and send 25 MB',
      until =>
        Promise.all([
          repeat(() => sendMails(flood, { sessions: 10, mails: 500, bytes: 2048 }), until),
          repeat(() => sendMails(large, { sessions: 1, mails: 1, bytes: 25_000_000 }), until),
        ]),
    ],
    [
      'while 20 logins are checked at a time',
      until => Promise.all(Array.from({ length: 20 }, () => repeat(() => logIn(logins), until))),
    ],
  ];
  for (const [what, work] of beside) {
    const endMs = performance.now() + seconds * 1000;
    const until = () => performance.now() > endMs;
    let acksMs: number[] = [];
    const seen = await watching(fleet, async () => {
      [acksMs] = await Promise.all([quietAcks(quiet, until), work(until)]);
    });
    const [p50, p99] = [quantile(acksMs, 0.5), quantile(acksMs, 0.99)];
    figures.push(
      atMost(`a quiet tenant’s answer ${what}, p99`, p99, 20, 'ms', `p50 ${round(p50)} ms`),
      shown(
        `event loop blocked ${what}, longest`,
        `${round(seen.longestBlockMs)} ms`,
        `${round(seen.idleBlockMs)} ms: idle Node`,
      ),
    );
  }
}
{
  await using fleet = startFleet(closedTenants, 'shards: 1\n');
  await untilAllAnswer(fleet.socketPaths, 20_000);
  const smtp = fleet.socketPaths.filter(path => path.endsWith('/smtp.sock'));
  for (const path of smtp) await sendMails(path, { sessions: 1, mails: 10, bytes: 5000 });
  // Half a minute without a look, and a while for closing one after the other.
  await sleep(60_000);
  const timesMs: number[] = [];
  for (const path of fleet.socketPaths.filter(path => path.endsWith('/http.sock'))) {
    timesMs.push((await probe(path, 'http', '/api/v1/messages')).ms);
  }
  figures.push(
    atMost(
      'first byte of a closed mailbox, p99',
      quantile(timesMs, 0.99),
      5,
      'ms',
      `p50 ${round(quantile(timesMs, 0.5))} ms`,
    ),
  );
}
console.log(renderFigures('Mail on disk: quiet tenants', figures));
