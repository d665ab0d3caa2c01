import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from './api-shapes.ts';
import { Reader } from './reader.ts';

/** An API whose answers come when the test lets them. */
function slowApi() {
  const asked: string[] = [];
  const read: string[] = [];
  const answers = new Map<string, (message: Message) => void>();
  return {
    asked,
    read,
    answer: (id: string) => answers.get(id)?.({ ID: id } as Message),
    message: (id: string, peek: boolean) => {
      asked.push(`${id} ${peek}`);
      return new Promise<Message>(resolve => answers.set(id, resolve));
    },
    setRead: async (_read: boolean, which: unknown) => {
      read.push(...(which as { ids: string[] }).ids);
    },
  };
}

const turn = () => new Promise(setImmediate);

test('what was read ahead is shown at once, and only what was opened is marked as read', async () => {
  const api = slowApi();
  const reader = new Reader(api);
  reader.readAhead('a');
  reader.readAhead('b');
  api.answer('a');
  await turn();
  const opening = reader.open('a');
  assert.notEqual(reader.reading.value.state, 'loading');
  await opening;
  assert.equal(reader.reading.value.state, 'open');
  assert.deepEqual(api.asked, ['a true', 'b true']);
  assert.deepEqual(api.read, ['a']);
});

test('what is still on its way is waited for, and said to be', async () => {
  const api = slowApi();
  const reader = new Reader(api);
  reader.readAhead('a');
  const opening = reader.open('a');
  assert.deepEqual(reader.reading.value, { state: 'loading', id: 'a' });
  api.answer('a');
  await opening;
  assert.equal(reader.reading.value.state, 'open');
});

test('an answer that comes too late changes nothing', async () => {
  const api = slowApi();
  const reader = new Reader(api);
  const first = reader.open('a');
  const second = reader.open('b');
  api.answer('b');
  await second;
  api.answer('a');
  await first;
  assert.deepEqual(reader.reading.value, { state: 'open', message: { ID: 'b' } });
});

test('an open message that was deleted stays to be read, and is known to be gone', async () => {
  const api = slowApi();
  const reader = new Reader(api);
  for (const id of ['a', 'b']) {
    const opening = reader.open(id);
    api.answer(id);
    await opening;
  }
  reader.removed(new Set(['a']));
  assert.equal(reader.gone.value, '');
  reader.removed(new Set(['b']));
  assert.equal(reader.gone.value, 'b');
  assert.equal(reader.reading.value.state, 'open');
  void reader.open('c');
  assert.equal(reader.gone.value, '');
});

test('with all mail the open message is gone', async () => {
  const api = slowApi();
  const reader = new Reader(api);
  const opening = reader.open('a');
  api.answer('a');
  await opening;
  reader.cleared();
  assert.equal(reader.gone.value, 'a');
});

test('what is deleted here and about to be left is not told of', async () => {
  const api = slowApi();
  const reader = new Reader(api);
  const opening = reader.open('a');
  api.answer('a');
  await opening;
  reader.leaving = 'a';
  reader.removed(new Set(['a']));
  assert.equal(reader.gone.value, '');
});
