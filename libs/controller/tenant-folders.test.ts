import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { parseTenantId, type TenantId } from '../base/ids.ts';
import { noteLeaving } from './leaving-note.ts';
import { TenantFolders } from './tenant-folders.ts';

const a = parseTenantId('project-a') as TenantId;
const b = parseTenantId('project-b') as TenantId;
const graceMs = 1000;

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mpctl-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function uidOf(folders: TenantFolders, name: TenantId, nowMs = 0) {
  const [uid] = await folders.admit([name], nowMs);
  assert.equal(typeof uid, 'string');
  return String(uid);
}

test('a uid is made once and kept', async () => {
  const uid = await uidOf(new TenantFolders(dir, graceMs), a);
  assert.match(uid, /^[0-9a-f]{16}$/);
  assert.equal(await uidOf(new TenantFolders(dir, graceMs), a), uid);
  assert.notEqual(await uidOf(new TenantFolders(dir, graceMs), b), uid);
});

test('who vanished and returns within the grace time has its uid and its folder again', async () => {
  const folders = new TenantFolders(dir, graceMs);
  const uid = await uidOf(folders, a);
  writeFileSync(join(dir, a, 'mail.db'), 'mail');
  folders.release(a, 5000);
  assert.deepEqual(folders.names(), []);
  assert.equal(await uidOf(new TenantFolders(dir, graceMs), a, 5999), uid);
  assert.deepEqual(readdirSync(join(dir, a)).sort(), ['mail.db', 'uid']);
});

test('after the grace time it is a new tenant, and the old folder is purged', async () => {
  const folders = new TenantFolders(dir, graceMs);
  const uid = await uidOf(folders, a);
  folders.release(a, 5000);
  assert.notEqual(await uidOf(folders, a, 6000), uid);
  assert.deepEqual(folders.trash.purge(5999), []);
  assert.deepEqual(folders.trash.purge(6000), [uid]);
  assert.deepEqual(readdirSync(join(dir, '.trash')), []);
});

test('of two that vanished under one name the last comes back', async () => {
  const folders = new TenantFolders(dir, graceMs);
  await uidOf(folders, a);
  noteLeaving(dir, a, { removed: true });
  folders.release(a, 1);
  const second = await uidOf(folders, a, 2);
  folders.release(a, 3);
  assert.equal(await uidOf(folders, a, 4), second);
});

test('who was removed does not come back by its name', async () => {
  const folders = new TenantFolders(dir, graceMs);
  const uid = await uidOf(folders, a);
  noteLeaving(dir, a, { removed: true });
  folders.release(a, 0);
  assert.notEqual(await uidOf(new TenantFolders(dir, graceMs), a), uid);
});

test('a rename keeps uid and folder, also when it is carried out by the next controller', async () => {
  const folders = new TenantFolders(dir, graceMs);
  const uid = await uidOf(folders, a);
  noteLeaving(dir, a, { renamedTo: b });
  const next = new TenantFolders(dir, graceMs);
  assert.deepEqual(next.leavingOf(a), { renamedTo: b });
  next.release(a, 0);
  assert.equal(await uidOf(next, b), uid);
  assert.deepEqual(readdirSync(join(dir, b)), ['uid']);
});

test('many new uids are made in one go', async () => {
  const names = Array.from({ length: 200 }, (_, at) => parseTenantId(`t${at}`) as TenantId);
  const uids = await new TenantFolders(dir, graceMs).admit(names, 0);
  assert.equal(new Set(uids).size, 200);
  assert.deepEqual(await new TenantFolders(dir, graceMs).admit(names, 0), uids);
});
