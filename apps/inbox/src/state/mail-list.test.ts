import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from './api.ts';
import type { Page, Summary } from './api-shapes.ts';
import { MailList, unreachable } from './mail-list.ts';

function summary(n: number): Summary {
  return {
    ID: `m${n}`,
    MessageID: '',
    Read: false,
    From: { Name: '', Address: '' },
    To: [],
    Cc: [],
    Bcc: [],
    ReplyTo: [],
    Subject: `mail ${n}`,
    Created: '2026-01-01T00:00:00Z',
    Username: '',
    Tags: [],
    Size: 1,
    Attachments: 0,
    Snippet: '',
  };
}

/** A mailbox of `count` mails that answers pages, and what it was asked. */
function mailbox(count: number) {
  const asked: number[] = [];
  const mails = Array.from({ length: count }, (_, i) => summary(count - 1 - i));
  const fetchPage = async (
    _query: string,
    place: number | { readonly around: string },
    limit: number,
  ): Promise<Page> => {
    const start =
      typeof place === 'number'
        ? place
        : mails.findIndex(({ ID }) => ID === place.around) - Math.floor(limit / 2);
    if (start < -limit / 2) throw new ApiError(404, 'Message not found');
    asked.push(start);
    const messages = mails.slice(start, start + limit);
    return {
      total: mails.length,
      unread: mails.length,
      count: messages.length,
      messages_count: mails.length,
      messages_unread: mails.length,
      start,
      tags: [],
      messages,
    };
  };
  return { asked, fetchPage };
}

test('a jump into a long list asks for the pages in view only', async () => {
  const { asked, fetchPage } = mailbox(100_000);
  const list = new MailList(fetchPage);
  await list.search('');
  await list.show(60_010, 60_030);
  assert.deepEqual(asked, [0, 60_000]);
  assert.equal(list.row(60_010)?.ID, `m${100_000 - 1 - 60_010}`);
});

test('mail that arrives below the fold waits and moves no row', async () => {
  const list = new MailList(mailbox(200).fetchPage);
  await list.search('');
  list.following = false;
  const before = list.row(3)?.ID;
  list.arrived([summary(200), summary(201)]);
  assert.equal(list.row(3)?.ID, before);
  assert.equal(list.pending.value, 2);
  assert.equal(list.length.value, 200);
  list.showPending();
  assert.equal(list.row(0)?.ID, 'm201');
  assert.equal(list.row(5)?.ID, before);
});

test('at the top the list follows', async () => {
  const list = new MailList(mailbox(10).fetchPage);
  await list.search('');
  list.arrived([summary(10)]);
  assert.equal(list.row(0)?.ID, 'm10');
  assert.equal(list.pending.value, 0);
});

test('a delete of a waiting mail takes it from the pill, one of a shown mail from the list', async () => {
  const list = new MailList(mailbox(10).fetchPage);
  await list.search('');
  list.following = false;
  list.arrived([summary(10), summary(11)]);
  list.removed(new Set(['m10']));
  assert.equal(list.pending.value, 1);
  list.removed(new Set(['m9']));
  assert.equal(list.length.value, 9);
  assert.equal(list.row(0)?.ID, 'm8');
});

test('unread is told of the rows that are shown, and falls with those that go', async () => {
  const list = new MailList(mailbox(10).fetchPage);
  await list.search('');
  list.removed(new Set(['m9', 'm8']));
  assert.equal(list.unread.value, 8);
  list.following = false;
  list.arrived([summary(10), summary(11)]);
  assert.equal(list.unread.value, 10);
  assert.equal(list.shownUnread.value, 8);
  list.updated('m11', { Read: true });
  assert.equal(list.shownUnread.value, 8);
  list.showPending();
  assert.equal(list.shownUnread.value, 9);
});

test('where the mail of the keyboard goes, the next older one takes its place', async () => {
  const list = new MailList(mailbox(6).fetchPage);
  await list.search('');
  list.current.value = 'm3';
  list.removed(new Set(['m5']));
  assert.equal(list.current.value, 'm3');
  list.removed(new Set(['m4', 'm3', 'm2']));
  assert.equal(list.current.value, 'm1');
  list.current.value = 'm0';
  list.removed(new Set(['m0']));
  assert.equal(list.current.value, 'm1');
  list.removed(new Set(['m1']));
  assert.equal(list.current.value, '');
});

test('a mail is found with its neighbours, however old; of one that is gone the list starts at the top', async () => {
  const { asked, fetchPage } = mailbox(100_000);
  const list = new MailList(fetchPage);
  assert.equal(await list.locate('m40000', '', 0), 59_999);
  assert.deepEqual(list.neighbours('m40000'), { newer: 'm40001', older: 'm39999' });
  assert.deepEqual(asked, [59_974]);
  const other = new MailList(fetchPage);
  assert.equal(await other.locate('gone', '', 0), -1);
  assert.equal(other.row(0)?.ID, 'm99999');
});

test('one steps on from the last row that is known', async () => {
  const { asked, fetchPage } = mailbox(200);
  const list = new MailList(fetchPage);
  await list.search('');
  assert.deepEqual(list.neighbours('m150'), { newer: 'm151', older: undefined });
  await list.reachBeside('m150');
  assert.equal(list.neighbours('m150').older, 'm149');
  assert.deepEqual(asked, [0, 50]);
});

test('rows that came with the page are the list, without a question', async () => {
  const { asked, fetchPage } = mailbox(200);
  const list = new MailList(fetchPage);
  list.begin(await fetchPage('', 50, 50), 60);
  assert.equal(list.row(60)?.ID, 'm139');
  assert.equal(list.following, false);
  await list.show(50, 100);
  assert.deepEqual(asked, [50]);
});

test('a list that cannot be asked for says so, and is there when it can', async () => {
  let broken = true;
  const { fetchPage } = mailbox(10);
  const list = new MailList((...request) =>
    broken ? Promise.reject(new TypeError('Failed to fetch')) : fetchPage(...request),
  );
  await list.search('');
  assert.equal(list.error.value, unreachable);
  broken = false;
  await list.reload();
  assert.equal(list.error.value, '');
  assert.equal(list.row(0)?.ID, 'm9');
});
