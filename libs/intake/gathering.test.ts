import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Gathering } from './gathering.ts';

/** What waits and what has left, as a journal has it. */
class Waiting {
  waiting = 0;
  readonly left: number[] = [];
  readonly gathering = new Gathering(() => {
    this.left.push(this.waiting);
    this.waiting = 0;
  });

  come(count: number): void {
    for (let i = 0; i < count; i++) this.gathering.came(++this.waiting);
  }

  /** Resolves when a group has left and was served while `more` came. */
  async served(more = 0): Promise<number> {
    const before = this.left.length;
    while (this.left.length === before) await nextTurn();
    this.waiting += more;
    const group = this.left.at(-1) ?? 0;
    this.gathering.served(group, this.waiting);
    return group;
  }
}

describe('who waits for the disk', () => {
  it('goes at once when alone, and with all that come in the same turn', async () => {
    const waiting = new Waiting();
    for (const count of [1, 1, 20]) {
      waiting.come(count);
      await nextTurn();
      assert.equal(waiting.left.at(-1), count);
      waiting.gathering.served(count, 0);
    }
  });

  it('waits for half of those who were there lately', async t => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const waiting = new Waiting();
    waiting.come(20);
    assert.equal(await waiting.served(), 20);
    waiting.come(9);
    await nextTurn();
    assert.deepEqual(waiting.left, [20], 'nine of twenty wait');
    waiting.come(1);
    await nextTurn();
    assert.deepEqual(waiting.left, [20, 10]);
  });

  it('waits for nobody longer than a moment', async t => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const waiting = new Waiting();
    waiting.come(20);
    await waiting.served();
    waiting.come(1);
    await nextTurn();
    assert.deepEqual(waiting.left, [20]);
    t.mock.timers.tick(2);
    assert.deepEqual(waiting.left, [20, 1]);
    waiting.gathering.served(1, 0);
    waiting.come(1);
    await nextTurn();
    assert.deepEqual(waiting.left, [20, 1, 1], 'who is alone again goes at once');
  });

  it('goes on with who came meanwhile', async () => {
    const waiting = new Waiting();
    waiting.come(4);
    assert.equal(await waiting.served(6), 4);
    assert.equal(await waiting.served(), 6);
  });
});
