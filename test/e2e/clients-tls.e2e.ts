/** Real clients in TLS and with logins; none of them may be missing. `clients.e2e.ts` has them in clear. */
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { execa } from 'execa';
import { createTransport } from 'nodemailer';
import { makeCertificate } from '../../libs/slow-work/make-certificate.ts';
import { Fleet } from '../harness/fleet.ts';
import { freePorts } from '../harness/free-port.ts';

const { certificate, key } = makeCertificate({ names: ['localhost', '127.0.0.1'], nowMs: Date.now() });
const mechanisms = ['PLAIN', 'LOGIN', 'CRAM-MD5'] as const;

let fleet: Fleet;
let ports: { starttls: number; implicit: number; pop3: number; pop3s: number; stls: number };
let caFile: string;
before(async () => {
  const [starttls = 0, implicit = 0, pop3 = 0, pop3s = 0, stls = 0] = await freePorts(5);
  ports = { starttls, implicit, pop3, pop3s, stls };
  fleet = new Fleet('tenants: {}\n');
  const file = (name: string, text: string) => {
    writeFileSync(join(fleet.dir, name), text, { mode: 0o600 });
    return join(fleet.dir, name);
  };
  caFile = file('tls.crt', certificate);
  const tls = `tlsCert: "${caFile}", tlsKey: "${file('tls.key', key)}"`;
  const users = file('users', 'bob:right\n');
  writeFileSync(
    fleet.configPath,
    `tenants:
  alpha:
    smtp: { ${tls}, authFile: "${users}", authMechanisms: [${mechanisms.join(', ')}] }
    pop3: { ${tls}, authFile: "${users}", apop: true }
    listeners:
      starttls: { protocol: smtp, bind: "127.0.0.1:${starttls}" }
      implicit: { protocol: smtp, tls: implicit, bind: "127.0.0.1:${implicit}" }
      pop3: { tls: none, bind: "127.0.0.1:${pop3}" }
      pop3s: { protocol: pop3, tls: implicit, bind: "127.0.0.1:${pop3s}" }
      stls: { protocol: pop3, tls: starttls, bind: "127.0.0.1:${stls}" }
`,
  );
  await fleet.serve();
});
after(async () => {
  await fleet[Symbol.asyncDispose]();
});

type Mail = { Subject: string; Username: string };

/** The newest mail is this one, and this user brought it. */
async function assertArrived(subject: string): Promise<void> {
  const mail: Mail = JSON.parse((await fleet.get('alpha', '/api/v1/message/latest')).body);
  const { messages }: { messages: Mail[] } = JSON.parse((await fleet.get('alpha', '/api/v1/messages')).body);
  assert.deepEqual([mail.Subject, messages[0]?.Username], [subject, 'bob']);
}

test('swaks: STARTTLS and implicit TLS, each way to log in, over TCP and the socket', async () => {
  const servers = {
    starttls: ['--server', '127.0.0.1', '--port', String(ports.starttls), '--tls'],
    implicit: ['--server', '127.0.0.1', '--port', String(ports.implicit), '--tls-on-connect'],
    socket: ['--socket', fleet.socketPath('alpha', 'smtp'), '--tls'],
  };
  for (const [way, server] of Object.entries(servers))
    for (const mechanism of mechanisms) {
      const subject = `swaks ${way} ${mechanism}`;
      const login = ['--auth', mechanism, '--auth-user', 'bob', '--auth-password', 'right'];
      const mail = ['--from', 'a@b.test', '--to', 'c@d.test', '--header', `Subject: ${subject}`];
      await execa('swaks', [...server, ...login, ...mail]);
      await assertArrived(subject);
    }
  const refused = await execa(
    'swaks',
    [...servers.implicit, '--auth', 'PLAIN', '--auth-user', 'bob', '--auth-password', 'wrong', '--to', 'c@d'],
    { reject: false },
  );
  assert.match(refused.stdout, /535 5\.7\.8 Authentication credentials invalid/);
});

test('openssl s_client: STARTTLS and implicit TLS, SMTP and POP3, the certificate verified', async () => {
  const ways: [port: number, flags: string[], said: string, heard: RegExp][] = [
    [
      ports.starttls,
      ['-starttls', 'smtp'],
      'EHLO x\r\nQUIT\r\n',
      /250-AUTH PLAIN LOGIN CRAM-MD5\r\n[\s\S]*^221 /m,
    ],
    [ports.implicit, [], 'EHLO x\r\nQUIT\r\n', /^220 [\s\S]*^221 /m],
    [ports.stls, ['-starttls', 'pop3'], 'CAPA\r\nQUIT\r\n', /^\+OK capability list follows/m],
    [ports.pop3s, [], 'CAPA\r\nQUIT\r\n', /^\+OK mpctl POP3 server[\s\S]*^\+OK goodbye/m],
  ];
  for (const [port, flags, input, heard] of ways)
    for (const version of ['-tls1_2', '-tls1_3']) {
      const { stdout } = await execa(
        'openssl',
        // Without -quiet a line that begins with Q ends it.
        [
          's_client',
          '-connect',
          `127.0.0.1:${port}`,
          ...flags,
          version,
          '-quiet',
          '-CAfile',
          caFile,
          '-verify_return_error',
        ],
        { input, stripFinalNewline: false },
      );
      assert.match(stdout, heard, `${flags} ${version}`);
    }
});

test('curl: SMTP and POP3, in TLS from the start and by request, and APOP', async () => {
  const login = (mechanism: string) => ['-u', 'bob:right', '--login-options', `AUTH=${mechanism}`];
  for (const mechanism of mechanisms)
    for (const [scheme, port] of [
      ['smtp', ports.starttls],
      ['smtps', ports.implicit],
    ]) {
      const subject = `curl ${scheme} ${mechanism}`;
      const mail = ['--mail-from', 'a@b.test', '--mail-rcpt', 'c@d.test', '-T', '-'];
      const tls = ['--ssl-reqd', '--cacert', caFile];
      await execa('curl', ['-sS', `${scheme}://localhost:${port}`, ...tls, ...login(mechanism), ...mail], {
        input: `Subject: ${subject}\r\n\r\nhello\r\n`,
      });
      await assertArrived(subject);
    }
  for (const [url, ...flags] of [
    [`pop3://localhost:${ports.pop3}/1`],
    [`pop3://localhost:${ports.pop3}/1`, '--login-options', 'AUTH=+APOP'],
    [`pop3://localhost:${ports.stls}/1`, '--ssl-reqd', '--cacert', caFile],
    [`pop3s://localhost:${ports.pop3s}/1`, '--cacert', caFile],
  ] as const) {
    const { stdout } = await execa('curl', ['-sS', url, '-u', 'bob:right', ...flags]);
    assert.match(stdout, /^Subject: curl smtps CRAM-MD5\r?\n/m);
  }
});

test('msmtp: STARTTLS and implicit TLS, each way to log in', async () => {
  for (const [way, port] of [
    ['on', ports.starttls],
    ['off', ports.implicit],
  ])
    for (const mechanism of mechanisms) {
      const subject = `msmtp ${way} ${mechanism}`;
      const flags = [
        '--file=/dev/null',
        '--host=localhost',
        `--port=${port}`,
        '--tls=on',
        `--tls-starttls=${way}`,
        `--tls-trust-file=${caFile}`,
        `--auth=${mechanism.toLowerCase()}`,
        '--user=bob',
        '--passwordeval=echo right',
        '--from=a@b.test',
      ];
      await execa('msmtp', [...flags, 'c@d.test'], { input: `Subject: ${subject}\n\n.hello\n` });
      await assertArrived(subject);
    }
});

test('s-nail sends and reads', async () => {
  const options = ['-:/', '-Sv15-compat', `-Stls-ca-file=${caFile}`, '-Stls-verify=strict'];
  const env = { HOME: fleet.dir, LC_ALL: 'C.UTF-8', MAILRC: '/dev/null' };
  for (const [url, flags] of [
    [`smtp://bob:right@localhost:${ports.starttls}`, ['-Ssmtp-use-starttls']],
    [`smtps://bob:right@localhost:${ports.implicit}`, []],
  ] as const)
    for (const mechanism of ['plain', 'login', 'cram-md5']) {
      const subject = `s-nail ${url.slice(0, 5)} ${mechanism}`;
      const how = [`-Smta=${url}`, `-Ssmtp-auth=${mechanism}`, '-Sfrom=a@b.test', '-Ssendwait', ...flags];
      await execa('s-nail', [...options, ...how, '-s', subject, 'c@d.test'], { input: 'hello\n', env });
      await assertArrived(subject);
    }
  const { stdout } = await execa(
    's-nail',
    [...options, '-H', '-f', `pop3s://bob:right@localhost:${ports.pop3s}/`],
    { env, input: '' },
  );
  assert.match(stdout, /s-nail smtps cram-md5/);
});

test("Python's smtplib and poplib", async () => {
  const script = `
import smtplib, poplib, ssl, sys
ca, starttls, implicit, pop3, pop3s, stls = sys.argv[1], *map(int, sys.argv[2:])
context = ssl.create_default_context(cafile=ca)
def send(smtp, subject):
    smtp.ehlo(); smtp.login('bob', 'right')
    smtp.send_message(__import__('email').message_from_string('From: a@b.test\\nTo: c@d.test\\nSubject: %s\\n\\n.hello\\n' % subject))
    smtp.quit()
s = smtplib.SMTP('localhost', starttls); s.starttls(context=context); send(s, 'smtplib starttls')
send(smtplib.SMTP_SSL('localhost', implicit, context=context), 'smtplib implicit')
for mechanism in ('auth_plain', 'auth_login', 'auth_cram_md5'):
    s = smtplib.SMTP_SSL('localhost', implicit, context=context); s.ehlo()
    s.user, s.password = 'bob', 'right'
    print(s.auth(mechanism[5:].replace('_', '-').upper(), getattr(s, mechanism))[0]); s.quit()
def read(pop, login):
    login(pop)
    number = len(pop.list()[1])
    assert pop.uidl()[0].startswith(b'+OK') and number == pop.stat()[0]
    lines = pop.retr(1)[1]
    assert b'..hello' not in lines and b'.hello' in lines, lines
    assert pop.top(1, 0)[1][-1] == b''
    pop.dele(number); pop.rset(); pop.noop(); pop.quit()
by_pass = lambda pop: (pop.user('bob'), pop.pass_('right'))
read(poplib.POP3('localhost', pop3), by_pass)
read(poplib.POP3('localhost', pop3), lambda pop: pop.apop('bob', 'right'))
read(poplib.POP3_SSL('localhost', pop3s, context=context), by_pass)
p = poplib.POP3('localhost', stls); p.stls(context=context); read(p, by_pass)
`;
  const numbers = Object.values(ports).map(String);
  const { stdout } = await execa('python3', ['-c', script, caFile, ...numbers]);
  assert.equal(stdout, '235\n235\n235');
  await assertArrived('smtplib implicit');
});

test('Nodemailer: STARTTLS and implicit TLS, the certificate verified, each way to log in', async () => {
  for (const [port, secure] of [
    [ports.starttls, false],
    [ports.implicit, true],
  ] as const)
    for (const authMethod of mechanisms) {
      const transport = createTransport({
        host: 'localhost',
        port,
        secure,
        requireTLS: true,
        tls: { ca: certificate },
        auth: { user: 'bob', pass: 'right' },
        authMethod,
      });
      const subject = `nodemailer ${port} ${authMethod}`;
      await transport.sendMail({ from: 'a@b.test', to: 'c@d.test', subject, text: 'hello' });
      transport.close();
      await assertArrived(subject);
    }
});

test("PHP's mail() by msmtp, and Symfony by SMTP with STARTTLS and implicit TLS", async () => {
  const config = join(fleet.dir, 'msmtprc');
  writeFileSync(
    config,
    `account default\nhost localhost\nport ${ports.starttls}\ntls on\ntls_trust_file ${caFile}\nauth on\nuser bob\npassword right\nfrom a@b.test\n`,
  );
  chmodSync(config, 0o600);
  const php = ['-d', `sendmail_path=msmtp -C ${config} -t -i`];
  await execa('php', [...php, '-r', "mail('c@d.test', 'php mail by msmtp', 'x') or exit(1);"]);
  await assertArrived('php mail by msmtp');

  const script = join(fleet.dir, 'mail.php');
  writeFileSync(
    script,
    `<?php
require '/usr/share/php/Symfony/Component/Mailer/autoload.php';
$transport = Symfony\\Component\\Mailer\\Transport::fromDsn($argv[1]);
$stream = $transport->getStream();
$options = $stream->getStreamOptions();
$options['ssl']['cafile'] = $argv[2];
$stream->setStreamOptions($options);
$mail = (new Symfony\\Component\\Mime\\Email())->from('a@b.test')->to('c@d.test')->subject($argv[3])->text("hello\\n.dot");
(new Symfony\\Component\\Mailer\\Mailer($transport))->send($mail);
`,
  );
  for (const [scheme, port] of [
    ['smtp', ports.starttls],
    ['smtps', ports.implicit],
  ]) {
    const subject = `symfony ${scheme}`;
    await execa('php', [script, `${scheme}://bob:right@localhost:${port}`, caFile, subject]);
    await assertArrived(subject);
  }
});
