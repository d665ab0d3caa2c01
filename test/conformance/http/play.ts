import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestReply } from '../../../libs/inbox-api/fetch-for-tests.ts';
import { type Ask, openTarget, type Target } from './target.ts';

/** What an answer must be like; what is left out may be anything. */
export type Expected = {
  readonly status?: number;
  /** Content-Type; `null`: there is none. */
  readonly type?: string | null;
  readonly text?: string | RegExp;
  readonly json?: unknown;
  /** Lower-case names; `null`: it is not there. */
  readonly headers?: Readonly<Record<string, string | RegExp | null>>;
};

/** One request and what must come of it. `ours`: the reference does otherwise, see `docs/compat.md`. */
export type Row = readonly [
  what: string,
  path: string,
  ask: Ask,
  expected: Expected,
  ours?: 'ours' | undefined,
];

export type Chapter = {
  readonly target: () => Target;
  /** Plays rows one after the other, each a test. */
  rows(rows: readonly Row[]): void;
  /** A test that needs more than one request. */
  scene(what: string, play: (target: Target) => Promise<void>, ours?: 'ours' | undefined): void;
};

/** A chapter of the contract, played on one server that `flags` configure. Says at its end what was played. */
export function chapter(name: string, flags: readonly string[] = []): Chapter {
  let target: Target | null = null;
  const counts = { played: 0, skipped: 0 };
  before(async () => {
    target = await openTarget(flags);
  });
  after(async () => {
    await target?.[Symbol.asyncDispose]();
    console.log(
      `${name}${flags.length > 0 ? ` (${flags.join(' ')})` : ''}: ${counts.played} played, ${counts.skipped} skipped`,
    );
  });
  const scene: Chapter['scene'] = (what, play, ours) =>
    void test(`${name}: ${what}`, async t => {
      if (!target || (ours && !target.isOurs)) {
        counts.skipped += 1;
        t.skip();
        return;
      }
      counts.played += 1;
      await play(target);
    });
  return {
    target() {
      assert.ok(target);
      return target;
    },
    scene,
    rows(rows) {
      for (const [what, path, ask, expected, ours] of rows) {
        scene(what, async at => check(await at.ask(path, ask), expected), ours);
      }
    },
  };
}

export function check(reply: TestReply, { status = 200, type, text, json, headers = {} }: Expected): void {
  assert.equal(reply.status, status, reply.text.slice(0, 300));
  if (type !== undefined) assert.equal(reply.headers['content-type'] ?? null, type);
  if (typeof text === 'string') assert.equal(reply.text, text);
  else if (text) assert.match(reply.text, text);
  if (json !== undefined) assert.deepEqual(reply.json, json);
  for (const [header, wanted] of Object.entries(headers)) {
    const value = reply.headers[header];
    if (wanted instanceof RegExp) assert.match(String(value), wanted, header);
    else assert.equal(value ?? null, wanted, header);
  }
}
