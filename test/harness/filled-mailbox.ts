/** A mailbox that is full before its server starts: a hundred thousand mails take seconds, not the hour that SMTP would. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TenantId } from '../../libs/base/ids.ts';
import { prepareMail } from '../../libs/mail/prepare-mail.ts';
import { tenantDatabasePath, tenantDataDir, tenantUidPath } from '../../libs/spec/paths.ts';
import { openDatabase } from '../../libs/store/sqlite/open-database.ts';
import { SqliteState } from '../../libs/store/sqlite/sqlite-state.ts';

const noLimits = { maxMessages: 0, maxAgeMs: 0, maxBytes: 0 };

/** Mails `Order 0` to `Order <count - 1>`, the last one the newest, ten minutes apart. */
export async function fillMailbox(dataDir: string, tenant: string, count: number): Promise<void> {
  const id = tenant as TenantId;
  mkdirSync(tenantDataDir(dataDir, id), { recursive: true, mode: 0o700 });
  const uid = createHash('sha256').update(tenant).digest('hex').slice(0, 16);
  writeFileSync(tenantUidPath(dataDir, id), `${uid}\n`, { mode: 0o600 });
  const db = await openDatabase(join(tenantDatabasePath(dataDir, id)));
  const state = new SqliteState(db, () => {});
  const nowMs = Date.now();
  const raw = Buffer.from(
    'From: Shop <a@shop.test>\r\nTo: b@shop.test\r\nSubject: Order 0000000\r\n\r\nThank you.\r\n',
  );
  const { row, searchText } = prepareMail(
    raw,
    { from: 'a@shop.test', to: ['b@shop.test'], helo: '', remoteAddress: '', remoteHost: '', username: '' },
    { hostname: 'h', app: 'mpctl', received: false, strictRfcHeaders: false },
    { nowMs, random: size => Buffer.alloc(size) },
  );
  const created = new Date(row.createdAtMs).toISOString().slice(0, 19);
  for (let from = 0; from < count; from += 1000) {
    const changes = Array.from({ length: Math.min(1000, count - from) }, (_, i) => {
      const at = from + i;
      const createdAtMs = nowMs - (count - at) * 600_000;
      const own = (text: string) =>
        text
          .replaceAll(row.id, `m${at}`)
          .replace('Order 0000000', `Order ${at}`)
          .replace(created, new Date(createdAtMs).toISOString().slice(0, 19));
      const json = row.json.map(own) as unknown as typeof row.json;
      return {
        journal: '',
        position: at + 1,
        change: {
          kind: 'mail',
          row: { ...row, id: `m${at}`, createdAtMs, json },
          searchText,
          raw,
          retention: noLimits,
          atMs: nowMs,
        } as const,
      };
    });
    state.apply(changes, () => false);
  }
  db.close();
}
