import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { execa } from 'execa';
import { withFileLock } from '../../libs/controller/file-lock.ts';
import type { TenantRow } from '../../libs/wire/control-http.ts';
import { Fleet, mpctlPath } from '../harness/fleet.ts';

test('of twenty adds at once, half of them without the controller, and an editor saving, nothing is lost', async () => {
  await using fleet = await Fleet.serving('tenants:\n  first: {} # edits: 0\n');
  // A run folder without a controller: these write the file themselves.
  const alone = [
    '--config',
    fleet.configPath,
    '--run-dir',
    join(fleet.dir, 'none'),
    '--data-dir',
    fleet.dataDir,
  ];
  const names = Array.from({ length: 20 }, (_, i) => `t${i}`);
  let saves = 0;
  let isSaving = true;
  const editor = (async () => {
    while (isSaving || saves === 0) {
      const text = readFileSync(fleet.configPath, 'utf8');
      const edited = text.replace(/# edits: \d+/, `# edits: ${saves + 1}`);
      writeFileSync(join(fleet.dir, 'editor'), edited);
      // One that looks whether somebody else wrote before it saves; with the lock, so that it never overwrites anybody.
      await withFileLock(fleet.configPath, async () => {
        if (readFileSync(fleet.configPath, 'utf8') !== text) return;
        renameSync(join(fleet.dir, 'editor'), fleet.configPath);
        saves++;
      });
      await new Promise(done => setTimeout(done, 20));
    }
  })();
  const added = await Promise.all(
    names.map((name, i) =>
      execa(mpctlPath, ['tenant', 'add', name, ...(i % 2 ? fleet.options : alone)], { reject: false }),
    ),
  );
  isSaving = false;
  await editor;
  assert.deepEqual(
    added.map(({ exitCode, stderr }) => (exitCode === 0 ? '' : stderr)).filter(text => text !== ''),
    [],
  );
  const text = readFileSync(fleet.configPath, 'utf8');
  assert.ok(saves > 0);
  assert.match(text, new RegExp(`# edits: ${saves}`));
  assert.deepEqual(
    names.filter(name => !text.includes(`\n  ${name}: {}`)),
    [],
  );
  assert.equal((await fleet.run(['apply'])).code, 0);
  const rows = await fleet.ask<TenantRow[]>('tenant', 'list');
  assert.deepEqual(rows.filter(({ state }) => state === 'listening').length, names.length + 1);
});
