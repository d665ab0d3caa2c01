import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { execa } from 'execa';
import { Fleet } from '../harness/fleet.ts';
import { freePorts } from '../harness/free-port.ts';

/** bcrypt of `right`. */
const hash = '$2y$04$abcdefghijklmnopqrstuuFmEfrkTQnczNzw475xE2VhDrK1uwJiC';

let fleet: Fleet;
let ports: number[];
before(async () => {
  ports = await freePorts(3);
  const [starttls, implicit, pop3] = ports;
  fleet = await Fleet.serving(`tenants:
  alpha:
    smtp: { tlsCert: "sans:localhost", tlsKey: "sans:localhost", auth: "bob:${hash}", requireStarttls: true }
    pop3: { auth: "bob:${hash}" }
    listeners:
      tcp: { protocol: smtp, bind: "127.0.0.1:${starttls}" }
      smtps: { protocol: smtp, bind: "127.0.0.1:${implicit}", tls: implicit }
      pop3: { bind: "127.0.0.1:${pop3}" }
`);
});
after(async () => {
  await fleet[Symbol.asyncDispose]();
});

/** Sends a mail by curl; its words go to stderr. */
function send(url: string, ...more: string[]) {
  const mail = ['--mail-from', 'a@b.test', '--mail-rcpt', 'c@d.test', '-T', '-'];
  return execa('curl', ['-sSk', url, ...mail, ...more], {
    input: 'Subject: x\r\n\r\nhello\r\n',
    reject: false,
  });
}

test('curl: STARTTLS and implicit TLS, PLAIN and LOGIN, and nothing without', async () => {
  const [starttls, implicit] = [`smtp://127.0.0.1:${ports[0]}`, `smtps://127.0.0.1:${ports[1]}`];
  for (const auth of ['PLAIN', 'LOGIN']) {
    const login = ['-u', 'bob:right', '--login-options', `AUTH=${auth}`];
    assert.equal((await send(starttls, '--ssl-reqd', ...login)).stderr, '');
    assert.equal((await send(implicit, ...login)).stderr, '');
  }
  assert.match((await send(starttls)).stderr, /530/);
  assert.match((await send(implicit, '-u', 'bob:wrong')).stderr, /[Ll]ogin denied/);
});

test('curl fetches by POP3 what was sent', async () => {
  const { stdout } = await execa('curl', ['-sS', '-u', 'bob:right', `pop3://127.0.0.1:${ports[2]}/`]);
  assert.equal(stdout.trim().split('\n').length, 4);
});
