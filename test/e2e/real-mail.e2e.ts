/** Real mail of all kinds through the whole fleet: what is taken comes back byte for byte, what is refused is not there. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { Fleet } from '../harness/fleet.ts';
import { fetchRaw } from '../harness/raw-http.ts';
import { SmtpTalk } from '../harness/smtp-talk.ts';

const folder = join(import.meta.dirname, '../fixtures/mail');
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile() && !entry.name.startsWith('LICENSE'))
  .map(({ parentPath, name }) => join(parentPath, name));

/** As a client sends it: lines end in CRLF, and a line that begins with a dot gets another. */
function asSent(path: string): Buffer {
  const text = readFileSync(path, 'latin1').replace(/\r?\n/g, '\r\n');
  return Buffer.from(text.endsWith('\r\n') ? text : `${text}\r\n`, 'latin1');
}

/**
 * Without what a server may change: Return-Path and Bcc say what the envelope says, and a line end with a CR too many is
 * mended.
 */
function comparable(mail: Buffer): Buffer {
  const text = mail.toString('latin1').replace(/\r\r\n/g, '\r\n');
  const end = text.indexOf('\r\n\r\n');
  const head = text.slice(0, end < 0 ? text.length : end);
  const kept = head.replace(/^(Return-Path|Bcc):.*(\r\n[ \t].*)*(\r\n)?/gim, '');
  return Buffer.from(kept + text.slice(head.length), 'latin1');
}

async function send(socketPath: string, mail: Buffer): Promise<string> {
  using talk = new SmtpTalk(socketPath);
  await talk.reply();
  for (const line of ['EHLO client', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA']) {
    await talk.say(line);
  }
  talk.socket.write(mail.toString('latin1').replace(/^\./gm, '..'), 'latin1');
  return (await talk.say('.')) ?? '';
}

test(`${files.length} files of real mail`, async t => {
  await using fleet = await Fleet.serving('tenants: { a: { maxMessages: 0 } }\n');
  const kept = new Map<string, string>();
  const refused: string[] = [];
  for (const path of files) {
    const reply = await send(fleet.socketPath('a', 'smtp'), asSent(path));
    const id = /^250 .* queued as (\w+)/.exec(reply)?.[1];
    if (id) kept.set(id, path);
    else refused.push(`${relative(folder, path)}: ${reply}`);
  }
  t.diagnostic(`${kept.size} taken, ${refused.length} refused`);
  // Once from the running fleet, once from disk.
  for (const isRestarted of [false, true]) {
    if (isRestarted) {
      await fleet.stop();
      await fleet.serve();
    }
    const { body } = await fleet.get('a', '/api/v1/messages?limit=0');
    const ids = JSON.parse(body).messages.map(({ ID }: { ID: string }) => ID);
    assert.deepEqual(ids.toSorted(), [...kept.keys()].toSorted());
    for (const [id, path] of kept) {
      const raw = await fetchRaw({
        socketPath: fleet.socketPath('a', 'http'),
        path: `/api/v1/message/${id}/raw`,
      });
      assert.equal(raw.status, 200);
      const [stored, sent] = [comparable(raw.body), comparable(asSent(path))];
      const at = stored.length - sent.length;
      assert.ok(at >= 0 && stored.subarray(at).equals(sent), `${path} came back otherwise:\n${raw.body}`);
      assert.match(
        stored.toString('latin1', 0, at),
        /^((Received|Message-ID): .*\r\n([ \t].*\r\n)*)*$/i,
        path,
      );
    }
  }
});
