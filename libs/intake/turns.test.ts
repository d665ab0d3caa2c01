import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseTenantUid, type TenantUid } from '../base/ids.ts';
import { silentLogger } from '../base/log.ts';
import { aMail, noLimits } from '../store/mail-for-tests.ts';
import type { Mailbox } from '../store/store.ts';
import { openIntake } from './open-intake.ts';

test('a search waits for no more than one slice of all searches of another tenant at a time', async t => {
  const root = mkdtempSync(join(tmpdir(), 'mpctl-turns-'));
  t.after(() => rmSync(root, { recursive: true }));
  const journalDir = join(root, '.journal');
  await using intake = await openIntake({ journalDir, shard: 0, clock: Date.now, log: silentLogger });
  const filled = async (name: string): Promise<Mailbox> => {
    const uid = parseTenantUid(name.repeat(16)) as TenantUid;
    const mailbox = intake.mailbox({ uid, dir: join(root, name), retention: noLimits });
    const text = 'words '.repeat(100);
    await Promise.all(Array.from({ length: 1500 }, (_, i) => mailbox.insert(aMail(`${name}${i}`, { text }))));
    await mailbox.counts();
    return mailbox;
  };
  const [crowded, quiet] = [await filled('a'), await filled('b')];
  const ended: string[] = [];
  const search = async (name: string, mailbox: Mailbox) => {
    const query = { terms: [{ kind: 'text', field: 'all', text: 'nowhere', negated: false }] } as const;
    await mailbox.search({ query, start: 0, limit: 50, count: true });
    ended.push(name);
  };
  await Promise.all([
    ...Array.from({ length: 20 }, () => search('crowded', crowded)),
    search('quiet', quiet),
  ]);
  assert.equal(ended[0], 'quiet');
});

test('a look that nobody wants any more ends with its slice', async t => {
  const root = mkdtempSync(join(tmpdir(), 'mpctl-turns-'));
  t.after(() => rmSync(root, { recursive: true }));
  const journalDir = join(root, '.journal');
  await using intake = await openIntake({ journalDir, shard: 0, clock: Date.now, log: silentLogger });
  const uid = parseTenantUid('a'.repeat(16)) as TenantUid;
  const mailbox = intake.mailbox({ uid, dir: join(root, 'a'), retention: noLimits });
  await Promise.all(Array.from({ length: 1000 }, (_, i) => mailbox.insert(aMail(`m${i}`))));
  const query = { terms: [{ kind: 'text', field: 'all', text: 'nowhere', negated: false }] } as const;
  let slices = 0;
  const goOn = () => {
    slices += 1;
    throw new Error('gone');
  };
  const all = { start: 0, limit: 0, goOn };
  const looks = [
    () => mailbox.search({ ...all, query, count: true }),
    () => mailbox.page({ ...all, query }),
    () => mailbox.page(all),
    () => mailbox.list(all),
    () => mailbox.match(query, goOn),
    () => mailbox.timeCounts(1, goOn),
  ];
  for (const [i, look] of looks.entries()) {
    await assert.rejects(look(), /gone/);
    assert.equal(slices, i + 1);
  }
  assert.equal((await mailbox.counts()).total, 1000);
});
