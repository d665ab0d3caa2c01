import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { execa } from 'execa';
import { createTransport } from 'nodemailer';
import { Fleet, mpctlPath } from '../harness/fleet.ts';
import { freePorts } from '../harness/free-port.ts';

let fleet: Fleet;
let port: number;
before(async () => {
  [port = 0] = await freePorts(1);
  fleet = await Fleet.serving(`tenants:
  alpha:
    listeners:
      tcp: { protocol: smtp, bind: "127.0.0.1:${port}" }
`);
});
after(async () => {
  await fleet[Symbol.asyncDispose]();
});

const smtpPath = () => fleet.socketPath('alpha', 'smtp');

type Mail = {
  From: { Address: string };
  To: { Address: string }[];
  Bcc: { Address: string }[];
  Subject: string;
  Text: string;
  ReturnPath: string;
};

/** The newest mail, by the page's API. */
async function newest(): Promise<Mail> {
  return JSON.parse((await fleet.get('alpha', '/api/v1/message/latest')).body);
}

async function raw(): Promise<string> {
  return (await fleet.get('alpha', '/api/v1/message/latest/raw')).body;
}

test('swaks, over the socket and over TCP', async () => {
  for (const [index, server] of [
    ['--socket', smtpPath()],
    ['--server', '127.0.0.1', '--port', String(port)],
  ].entries()) {
    await execa('swaks', [
      ...server,
      '--from',
      'a@b.test',
      '--to',
      'c@d.test',
      '--header',
      `Subject: swaks ${index}`,
    ]);
    const mail = await newest();
    assert.deepEqual(
      [mail.Subject, mail.From.Address, mail.To[0]?.Address],
      [`swaks ${index}`, 'a@b.test', 'c@d.test'],
    );
  }
});

test('curl sends over TCP and reads over the socket', async () => {
  await execa(
    'curl',
    [
      '-sS',
      `smtp://127.0.0.1:${port}/me.test`,
      '--mail-from',
      'a@b.test',
      '--mail-rcpt',
      'c@d.test',
      '-T',
      '-',
    ],
    { input: 'Subject: curl\r\nTo: c@d.test\r\n\r\nhello\r\n' },
  );
  const socket = fleet.socketPath('alpha', 'http');
  const { stdout } = await execa('curl', [
    '-sS',
    '--unix-socket',
    socket,
    'http://localhost/api/v1/messages?limit=1',
  ]);
  assert.equal(JSON.parse(stdout).messages[0].Subject, 'curl');
});

test('Nodemailer, over the socket and over TCP', async () => {
  const overSocket = {
    getSocket: (_: unknown, done: (error: null, socket: object) => void) =>
      done(null, { connection: connect(smtpPath()) }),
  };
  for (const options of [overSocket, { host: '127.0.0.1', port }]) {
    const subject = `nodemailer ${'port' in options ? 'tcp' : 'unix'}`;
    await createTransport(options as object).sendMail({
      from: 'a@b.test',
      to: 'c@d.test',
      subject,
      text: 'ünï\n.dot',
    });
    const mail = await newest();
    assert.equal(mail.Subject, subject);
    assert.equal(mail.Text.trim(), 'ünï\r\n.dot');
  }
});

test('PHP mail()', async () => {
  const sendmail = `${mpctlPath} sendmail -t -i -S unix:${smtpPath()}`;
  const php = `mail('c@d.test', 'php mail', "line\\n.dot\\n", ['Bcc' => 'x@y.test', 'From' => 'a@b.test'], '-fback@b.test') or exit(1);`;
  await execa('php', ['-d', `sendmail_path=${sendmail}`, '-r', php]);
  const mail = await newest();
  assert.deepEqual([mail.Subject, mail.ReturnPath], ['php mail', 'back@b.test']);
  assert.deepEqual(
    mail.Bcc.map(({ Address }) => Address),
    ['x@y.test'],
  );
  assert.match(await raw(), /\r\n\.dot\r\n/);
});

/** Sends a mail by a transport of Symfony's, written in PHP. */
async function symfony(transport: string, subject: string): Promise<void> {
  const script = join(fleet.dir, 'mail.php');
  writeFileSync(
    script,
    `<?php
require '/usr/share/php/Symfony/Component/Mailer/autoload.php';
use Symfony\\Component\\Mailer\\{Mailer, Transport, Transport\\SendmailTransport};
$mail = (new Symfony\\Component\\Mime\\Email())->from('a@b.test')->to('c@d.test')->bcc('x@y.test');
(new Mailer(${transport}))->send($mail->subject('${subject}')->text("hello\\n.dot"));
`,
  );
  await execa('php', [script]);
}

test('Symfony Mailer, by sendmail -bs and by sendmail -t', async () => {
  for (const flags of ['-bs', '-t']) {
    const command = encodeURIComponent(`${mpctlPath} sendmail -S unix:${smtpPath()} ${flags}`);
    await symfony(`Transport::fromDsn('sendmail://default?command=${command}')`, `symfony ${flags}`);
    const mail = await newest();
    assert.deepEqual([mail.Subject, mail.Bcc[0]?.Address], [`symfony ${flags}`, 'x@y.test']);
  }
});

test("Python's smtplib, over the socket and over TCP", async () => {
  const script = `
import smtplib, socket, sys
class UnixSMTP(smtplib.SMTP):
    def _get_socket(self, host, port, timeout):
        s = socket.socket(socket.AF_UNIX); s.connect(host); return s
unix = UnixSMTP(sys.argv[1]); unix.sendmail('a@b.test', ['c@d.test'], 'Subject: smtplib unix\\n\\nhello'); unix.quit()
tcp = smtplib.SMTP('127.0.0.1', int(sys.argv[2])); tcp.sendmail('a@b.test', ['c@d.test'], 'Subject: smtplib tcp\\n\\nhello'); tcp.quit()
`;
  await execa('python3', ['-c', script, smtpPath(), String(port)]);
  const { body } = await fleet.get('alpha', '/api/v1/messages?limit=2');
  const subjects = JSON.parse(body).messages.map(({ Subject }: Mail) => Subject);
  assert.deepEqual(subjects, ['smtplib tcp', 'smtplib unix']);
});

test('a link called sendmail is the program sendmail', async () => {
  const link = join(fleet.dir, 'sendmail');
  symlinkSync(mpctlPath, link);
  const env = { MP_SENDMAIL_SMTP_ADDR: `unix:${smtpPath()}` };
  const { stdout, stderr } = await execa(link, ['-oi', '-odb', '-f', 'a@b.test', 'c@d.test'], {
    input: 'Subject: cron\n\nhello\n',
    env,
  });
  assert.deepEqual([stdout, stderr, (await newest()).Subject], ['', '', 'cron']);
});

test('the settings that tenant add prints work', async () => {
  const { stdout } = await fleet.run(['tenant', 'add', 'pasted']);
  const sendmailPath = /sendmail_path = "(.*)"/.exec(stdout)?.[1] ?? '';
  await execa('php', [
    '-d',
    `sendmail_path=${sendmailPath}`,
    '-r',
    "mail('c@d.test', 'pasted', 'x') or exit(1);",
  ]);
  const dsn = /MAILER_DSN="(.*)"/.exec(stdout)?.[1];
  await symfony(`Transport::fromDsn('${dsn}')`, 'by a DSN');
  // What Laravel's mailer does with it.
  const path = /MAIL_SENDMAIL_PATH="(.*)"/.exec(stdout)?.[1];
  await symfony(`new SendmailTransport('${path}')`, 'by a path');
  const shell = /shell +(.*) < mail\.eml/.exec(stdout)?.[1] ?? '';
  await execa('sh', ['-c', shell], { input: 'Subject: shell\n\nx\n' });
  assert.equal((await fleet.ask<{ messages: number }>('tenant', 'show', 'pasted')).messages, 4);
});
