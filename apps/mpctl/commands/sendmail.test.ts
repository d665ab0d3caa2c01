import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { execa, type Options } from 'execa';
import { SMTPServer } from 'smtp-server';
import { silentLogger } from '../../../libs/base/log.ts';
import type { Envelope } from '../../../libs/mail/message.ts';
import { createSmtpEngine } from '../../../libs/smtp/smtp-engine.ts';
import { type Delivery, defaultSmtpSettings, type SmtpHost } from '../../../libs/smtp/smtp-host.ts';

const main = join(import.meta.dirname, '../main.ts');
const dir = mkdtempSync(join(tmpdir(), 'mpctl-sendmail-'));
const socketPath = join(dir, 'smtp.sock');
const unix = `unix:${socketPath}`;
const mails: { envelope: Envelope; data: string }[] = [];
let delivery: Delivery;

const host: SmtpHost = {
  settings: { ...defaultSmtpSettings, hostname: 'mx.test', app: 'mpctl', maxRecipients: 2 },
  async deliver(envelope, data) {
    mails.push({ envelope, data: data.toString() });
    return delivery;
  },
  login: async () => 'refused',
  replied() {},
  recipientRejected() {},
};
const engine = createSmtpEngine({ log: silentLogger });
let server: Server;

before(
  () =>
    new Promise<void>(done => {
      server = createServer(socket => engine.serve(socket, host)).listen(socketPath, done);
    }),
);
after(async () => {
  await engine.end(host, 0);
  server.close();
  rmSync(dir, { recursive: true });
});
beforeEach(() => {
  mails.length = 0;
  delivery = { outcome: 'queued', id: 'id' };
});

/** What a run printed and how it ended. */
async function sendmail(words: readonly string[], input: string, env: Options['env'] = {}) {
  const result = await execa(process.execPath, [main, 'sendmail', ...words], { input, env, reject: false });
  return { code: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

const silent = { code: 0, stdout: '', stderr: '' };

test('a mail goes to its own recipients, without Bcc, and nothing is said', async () => {
  const text = 'To: a@b.test\nBcc: c@d.test\nSubject: hi\n\n.dot\nlast';
  assert.deepEqual(await sendmail(['-t', '-i', '-S', unix, '-f', 'Me <me@x.test>'], text), silent);
  const [mail] = mails;
  assert.deepEqual(
    [mail?.envelope.from, mail?.envelope.to, mail?.envelope.helo],
    ['me@x.test', ['a@b.test', 'c@d.test'], 'localhost'],
  );
  assert.equal(mail?.data, 'To: a@b.test\r\nSubject: hi\r\n\r\n.dot\r\nlast\r\n');
});

test('recipients of the command line count instead of those in the header', async () => {
  assert.deepEqual(await sendmail(['x@y.test', '-S', unix, '-t'], 'To: a@b.test\n\n'), silent);
  assert.deepEqual(mails[0]?.envelope.to, ['x@y.test']);
});

test('without a sender it is user@host, odd characters as dashes', async () => {
  assert.deepEqual(await sendmail(['a@b.test'], 'Subject: x\n\n', { MP_SENDMAIL_SMTP_ADDR: unix }), silent);
  const clean = (text: string) => text.replace(/[^A-Za-z\-._]/g, '-');
  assert.equal(mails[0]?.envelope.from, `${clean(userInfo().username)}@${clean(hostname())}`);
});

test('the null sender can be asked for', async () => {
  assert.deepEqual(await sendmail(['-f', '<>', '-S', unix, 'a@b.test'], 'Subject: x\n\n'), silent);
  assert.equal(mails[0]?.envelope.from, '');
});

test('what is no mail is refused with 11 and a line', async () => {
  for (const [words, input] of [
    [[], ''],
    [[], 'no header here\n'],
    [['-f', 'nobody'], 'Subject: x\n\n'],
  ] as const) {
    const { code, stdout, stderr } = await sendmail([...words, '-S', unix, 'a@b.test'], input);
    assert.deepEqual([code, stdout, stderr.split('\n').length], [11, '', 1], stderr);
  }
  assert.equal(mails.length, 0);
});

test('a mail for nobody ends with 1', async () => {
  const { code, stderr } = await sendmail(['-S', unix], 'Subject: x\n\n');
  assert.deepEqual([code, stderr], [1, 'no recipients found']);
});

test('what the server refuses is a log line on stdout, and ends with 1', async () => {
  delivery = { outcome: 'refused', reply: '452 4.3.1 Insufficient system storage' };
  const full = await sendmail(['-S', unix, 'a@b.test'], 'Subject: x\n\n');
  assert.deepEqual([full.code, full.stderr], [1, 'error sending mail']);
  assert.match(
    full.stdout,
    /^time="[\d/]+ [\d:]+" level=error msg="452 4\.3\.1 Insufficient system storage"$/,
  );
  const many = await sendmail(['-S', unix, 'a@b.test', 'c@d.test', 'e@f.test'], 'Subject: x\n\n');
  assert.match(many.stdout, /msg="452 4\.5\.3 Too many recipients"$/);
  const nobody = await sendmail(['-S', `unix:${dir}/none`, 'a@b.test'], 'Subject: x\n\n');
  assert.match(nobody.stdout, /ENOENT/);
  assert.equal(nobody.code, 1);
});

test('an address cannot carry a command', async () => {
  const { code, stdout } = await sendmail(['-S', unix, 'a@b.test>\r\nRSET'], 'Subject: x\n\n');
  assert.equal(code, 1);
  assert.match(stdout, /line end/);
  assert.equal(mails.length, 0);
});

test('a flag that nobody knows ends with 1 and the usage, and with 2 under the name sendmail', async () => {
  const { code, stdout, stderr } = await sendmail(['--nope'], '');
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^unknown flag: --nope\n[\s\S]*Usage: sendmail/);
  const asSendmail = await execa(process.execPath, [main, '--nope'], {
    env: { MPCTL_ARGV0: '/usr/sbin/sendmail' },
    reject: false,
  });
  assert.equal(asSendmail.exitCode, 2);
});

test('-h says how to use it', async () => {
  const { code, stdout, stderr } = await sendmail(['-h'], '');
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /Usage: sendmail/);
});

test('-bs joins stdin and stdout to the server, whatever is said', async () => {
  const { code, stdout } = await sendmail(['-bs', '-S', unix], 'NOPE\r\nNOOP\r\nQUIT\r\n');
  assert.equal(code, 0);
  assert.deepEqual(
    stdout.split('\r\n').map(line => line.slice(0, 3)),
    ['220', '500', '250', '221', ''].slice(0, stdout.split('\r\n').length),
  );
  assert.match(stdout, /^220 mx\.test mpctl ESMTP/);
  const nobody = await sendmail(['-bs', '-S', `unix:${dir}/none`], '');
  assert.equal(nobody.code, 1);
  assert.match(nobody.stdout, /ENOENT/);
  assert.equal((await sendmail(['-b', '-S', unix], '')).stderr, 'error: use -bs');
});

test('a mail of many megabytes comes through', async () => {
  const body = `${'.'.repeat(70)}\n`.repeat(100_000);
  assert.deepEqual(await sendmail(['-S', unix, 'a@b.test'], `Subject: big\n\n${body}`), silent);
  assert.equal(mails[0]?.data.length, 'Subject: big\r\n\r\n'.length + 100_000 * 72);
});

test('over TCP it goes on under TLS where that is offered, whatever the certificate', async () => {
  let secure = false;
  let helo = '';
  const tls = new SMTPServer({
    authOptional: true,
    onData(stream, session, done) {
      secure = session.secure;
      helo = session.hostNameAppearsAs;
      stream.resume().on('end', () => done());
    },
  });
  await new Promise<void>(done => tls.listen(0, '127.0.0.1', done));
  try {
    const { port } = tls.server.address() as { port: number };
    assert.deepEqual(await sendmail(['-S', `127.0.0.1:${port}`, 'a@b.test'], 'Subject: x\n\n'), silent);
    assert.deepEqual([secure, helo], [true, hostname()]);
  } finally {
    await new Promise<void>(done => tls.close(done));
  }
});
