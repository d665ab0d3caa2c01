/** A full journal that nobody applied, taken in as at a start. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TenantUid } from '../../libs/base/ids.ts';
import { silentLogger } from '../../libs/base/log.ts';
import { Journal } from '../../libs/intake/journal.ts';
import { replayJournals } from '../../libs/intake/open-intake.ts';
import { aMail, noLimits } from '../../libs/store/mail-for-tests.ts';
import { atMost, renderFigures, round, shown } from './figures.ts';

const journalBytes = 256 * 1024 * 1024;
const figures = [];
for (const tenants of [1, 1000]) {
  const root = mkdtempSync(join(tmpdir(), 'mpctl-bench-'));
  const journalDir = join(root, '.journal');
  const dirOf = (uid: TenantUid) => join(root, uid);
  let mails = 0;
  {
    const options = { dir: journalDir, shard: 0, maxBytes: Number.POSITIVE_INFINITY, segmentBytes: 16e6 };
    await using journal = new Journal({ ...options, log: silentLogger });
    const text = 'some words that a search would look at '.repeat(50);
    const append = () => {
      const uid = (mails++ % tenants).toString(16).padStart(16, '0') as TenantUid;
      const mail = aMail(`mail-${mails}`, { raw: Buffer.alloc(8000, `${mails} `), text });
      const change = { kind: 'mail', ...mail, retention: noLimits, atMs: 0 } as const;
      return new Promise<void>((done, failed) => {
        journal.append({ uid, change, bytes: 12_000, done: error => (error ? failed(error) : done()) });
      });
    };
    while (journal.bytes < journalBytes) await Promise.all(Array.from({ length: 200 }, append));
  }
  for (let i = 0; i < tenants; i++) mkdirSync(dirOf(i.toString(16).padStart(16, '0') as TenantUid));
  const startedAtMs = performance.now();
  await replayJournals({ journalDir, clock: Date.now, log: silentLogger }, dirOf);
  const seconds = (performance.now() - startedAtMs) / 1000;
  figures.push(
    atMost(`replay of 256 MiB, ${tenants} tenants`, seconds, 10, 's', `${mails} mails of 8 kB`),
    shown(`memory after it, ${tenants} tenants`, `${round(process.memoryUsage.rss() / 1e6)} MB`),
  );
  rmSync(root, { recursive: true });
}
console.log(renderFigures('Mail on disk: replay', figures));
