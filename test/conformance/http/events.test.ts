/** http-api §7: what listeners hear, and in which order. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { SmtpTalk } from '../../harness/smtp-talk.ts';
import { chapter } from './play.ts';
import type { Target } from './target.ts';

// biome-ignore lint/suspicious/noExplicitAny: a scene knows what it hears
type Event = { Type: string; Data: any };

/** Someone who hears everything from now on. */
class Ear implements AsyncDisposable {
  readonly socket: WebSocket;
  readonly heard: Event[] = [];

  constructor({ where }: Target, options: { origin?: string; perMessageDeflate?: boolean } = {}) {
    const address = where.socketPath
      ? `ws+unix:${where.socketPath}:/api/events`
      : `ws://${where.host}:${where.port}/api/events`;
    this.socket = new WebSocket(address, { headers: { Host: 'localhost' }, ...options });
    this.socket.on('message', data => this.heard.push(JSON.parse(String(data))));
  }

  static async open(target: Target, options = {}): Promise<Ear> {
    const ear = new Ear(target, options);
    await new Promise((resolve, reject) => ear.socket.once('open', resolve).once('error', reject));
    return ear;
  }

  /** Resolves when an event of this type came, with all that was heard up to it. */
  async until(type: string, isIt: (event: Event) => boolean = () => true): Promise<Event[]> {
    for (;;) {
      const at = this.heard.findIndex(event => event.Type === type && isIt(event));
      if (at >= 0) return this.heard.splice(0, at + 1);
      await sleep(5);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.terminate();
  }
}

const { scene } = chapter('events');
const mail = (subject: string, headers = '') =>
  `From: a@example.com\r\nSubject: ${subject}\r\n${headers}\r\nHi.`;
const send = (target: Target, method: string, path: string, body: unknown) =>
  target.ask(`/api/v1/${path}`, { method, body: JSON.stringify(body) });
const types = (events: readonly Event[]) => events.map(({ Type }) => Type).filter(type => type !== 'stats');

scene('counts come soon after somebody began to listen, to all', async target => {
  await using first = await Ear.open(target);
  await first.until('stats');
  await using second = await Ear.open(target);
  const [stats] = (await second.until('stats')).slice(-1);
  assert.deepEqual(Object.keys(stats?.Data), ['Total', 'Unread', 'Version']);
  await first.until('stats');
});

scene('a new mail, as lists show it; its tags first', async target => {
  await using ear = await Ear.open(target);
  const id = await target.deliver(mail('new', 'X-Tags: b, a\r\n'));
  const heard = await ear.until('new');
  assert.deepEqual(types(heard), ['update', 'new']);
  assert.deepEqual(heard.find(({ Type }) => Type === 'update')?.Data, { ID: id, Tags: ['a', 'b'] });
  const data = heard.at(-1)?.Data;
  assert.deepEqual([data.ID, data.Read, data.Subject, data.Cc], [id, false, 'new', []]);
  const [row] = (await target.ask('/api/v1/messages?limit=1')).json.messages;
  assert.deepEqual(Object.keys(data), Object.keys(row));
  await ear.until('stats', ({ Data }) => Data.Total >= 1);
});

scene(
  'in the order of arrival',
  async target => {
    await using ear = await Ear.open(target);
    for (let i = 0; i < 30; i++) await target.deliver(mail(`in order ${i}`));
    const heard = await ear.until('new', ({ Data }) => Data.Subject === 'in order 29');
    const subjects = heard.filter(({ Type }) => Type === 'new').map(({ Data }) => Data.Subject);
    assert.deepEqual(
      subjects,
      Array.from({ length: 30 }, (_, i) => `in order ${i}`),
    );
  },
  'ours',
);

scene('marks, tags, deletes', async target => {
  await target.empty();
  const [one, two] = [await target.deliver(mail('1')), await target.deliver(mail('2'))];
  await using ear = await Ear.open(target);
  await ear.until('stats');
  await target.ask(`/api/v1/message/${one}`);
  assert.deepEqual((await ear.until('update')).at(-1)?.Data, { ID: one, Read: true });
  await send(target, 'PUT', 'messages', { IDs: [one, two], Read: true });
  assert.deepEqual((await ear.until('update')).at(-1)?.Data, { ID: two, Read: true }, 'what changed alone');
  await send(target, 'PUT', 'tags', { IDs: [one], Tags: ['x', 'w'] });
  const { Data } = (await ear.until('update')).at(-1) as Event;
  assert.deepEqual([Data.ID, Data.Tags.toSorted()], [one, ['w', 'x']]);
  await send(target, 'PUT', 'tags/x', { Name: 'y' });
  await ear.until('prune');
  await target.ask('/api/v1/tags/y', { method: 'DELETE' });
  await ear.until('prune');
  await send(target, 'DELETE', 'messages', { IDs: [one] });
  assert.deepEqual((await ear.until('delete')).at(-1)?.Data, { ID: one });
  await target.ask('/api/v1/search?query=subject:2', { method: 'DELETE' });
  assert.deepEqual((await ear.until('delete')).at(-1)?.Data, { ID: two });
  await target.empty();
  assert.equal((await ear.until('truncate')).at(-1)?.Data, null);
});

scene('marking all sends counts alone', async target => {
  await target.deliver(mail('marked'));
  await using ear = await Ear.open(target);
  await ear.until('stats');
  await send(target, 'PUT', 'messages', { Read: true });
  assert.deepEqual(types(await ear.until('stats', ({ Data }) => Data.Unread === 0)), []);
});

scene(
  'many at once are one prune',
  async target => {
    await target.empty();
    const ids: string[] = [];
    for (let i = 0; i < 1001; i += 7)
      ids.push(...(await Promise.all(Array.from({ length: 7 }, () => target.deliver(mail('many'))))));
    await using ear = await Ear.open(target);
    await ear.until('stats');
    await send(target, 'PUT', 'messages', { IDs: ids.slice(0, 1000), Read: true });
    const told = await ear.until('update', ({ Data }) => Data.ID === ids[999] || Data.ID === ids[0]);
    await ear.until('stats', ({ Data }) => Data.Unread === ids.length - 1000);
    assert.ok(told.length >= 1);
    await send(target, 'PUT', 'messages', { Search: 'subject:many', Read: false });
    await ear.until('stats', ({ Data }) => Data.Unread === ids.length);
    await send(target, 'PUT', 'messages', { IDs: ids, Read: true });
    assert.deepEqual(types(await ear.until('prune')), ['prune']);
    await ear.until('stats', ({ Data }) => Data.Unread === 0);
    await target.ask('/api/v1/search?query=subject:many', { method: 'DELETE' });
    assert.deepEqual(types(await ear.until('prune')), ['prune']);
  },
  'ours',
);

scene('refusals of SMTP', async target => {
  await using ear = await Ear.open(target);
  using talk = new SmtpTalk(target.smtp);
  await talk.reply();
  const reply = await talk.say('NONSENSE');
  const { Data } = (await ear.until('error')).at(-1) as Event;
  assert.deepEqual(Object.keys(Data), ['Level', 'Type', 'IP', 'Message']);
  assert.deepEqual([Data.Level, Data.Type], ['error', 'smtpd']);
  assert.ok(reply?.includes(Data.Message.slice(4)) || Data.Message.includes(reply ?? ''), Data.Message);
});

scene('deflate where it is offered, each message by itself', async target => {
  await using ear = await Ear.open(target, { perMessageDeflate: true });
  assert.match(ear.socket.extensions, /permessage-deflate/);
  const subject = 'repeated '.repeat(50).trim();
  for (let i = 0; i < 2; i++) await target.deliver(mail(subject));
  for (let i = 0; i < 2; i++) assert.equal((await ear.until('new')).at(-1)?.Data.Subject, subject);
  await using plain = await Ear.open(target, { perMessageDeflate: false });
  assert.equal(plain.socket.extensions, '');
});

scene('what a client says is not heard; a ping is answered', async target => {
  await using ear = await Ear.open(target);
  ear.socket.send('{"Type":"truncate"}');
  ear.socket.ping('are you there');
  const data = await new Promise(done => ear.socket.once('pong', done));
  assert.equal(String(data), 'are you there');
});

scene('pages of elsewhere do not listen', async target => {
  const status = await new Promise(done => {
    const ear = new Ear(target, { origin: 'https://evil.example' });
    ear.socket
      .once('unexpected-response', (_request, response) => done(response.statusCode))
      .on('error', () => {});
  });
  assert.equal(status, 403);
});

const few = chapter('events of limits', ['--max', '2']);
few.scene(
  'mail that has to go is one prune, and counts',
  async target => {
    for (const subject of ['1', '2']) await target.deliver(mail(subject));
    await using ear = await Ear.open(target);
    await ear.until('stats');
    await target.deliver(mail('3'));
    const heard = [...(await ear.until('prune')), ...(await ear.until('stats'))];
    assert.deepEqual(types(heard).toSorted(), ['new', 'prune']);
    assert.equal(heard.at(-1)?.Data.Total, 2);
  },
  'ours',
);
