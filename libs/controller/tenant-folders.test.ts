import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { MpctlError } from '../base/error.ts';
import { parseTenantId, type TenantId, type TenantUid } from '../base/ids.ts';
import { noteLeaving, noteTaken } from './leaving-note.ts';
import { TenantFolders } from './tenant-folders.ts';

const a = parseTenantId('project-a') as TenantId;
const b = parseTenantId('project-b') as TenantId;
const graceMs = 1000;

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mpctl-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function uidOf(folders: TenantFolders, name: TenantId, nowMs = 0) {
  const [uid] = folders.admit([name], nowMs);
  assert.equal(typeof uid, 'string');
  return String(uid);
}

test('a uid is made once and kept', () => {
  const uid = uidOf(new TenantFolders(dir, graceMs), a);
  assert.match(uid, /^[0-9a-f]{16}$/);
  assert.equal(uidOf(new TenantFolders(dir, graceMs), a), uid);
  assert.notEqual(uidOf(new TenantFolders(dir, graceMs), b), uid);
});

test('who vanished and returns within the grace time has its uid and its folder again', () => {
  const folders = new TenantFolders(dir, graceMs);
  const uid = uidOf(folders, a);
  mkdirSync(join(dir, a));
  writeFileSync(join(dir, a, 'mail.db'), 'mail');
  folders.release(a, 5000);
  assert.deepEqual(folders.names(), []);
  assert.equal(uidOf(new TenantFolders(dir, graceMs), a, 5999), uid);
  assert.deepEqual(readdirSync(join(dir, a)).sort(), ['mail.db', 'uid']);
});

test('after the grace time it is a new tenant, and the old folder is purged', async () => {
  const folders = new TenantFolders(dir, graceMs);
  const uid = uidOf(folders, a);
  folders.release(a, 5000);
  assert.notEqual(uidOf(folders, a, 6000), uid);
  assert.deepEqual(await folders.trash.purge(5999), []);
  assert.deepEqual(await folders.trash.purge(6000), [uid]);
  assert.deepEqual(readdirSync(join(dir, '.trash')), []);
});

test('of two that vanished under one name the last comes back', () => {
  const folders = new TenantFolders(dir, graceMs);
  uidOf(folders, a);
  noteLeaving(dir, a, { removed: true });
  folders.release(a, 1);
  const second = uidOf(folders, a, 2);
  folders.release(a, 3);
  assert.equal(uidOf(folders, a, 4), second);
});

test('who was removed does not come back by its name', () => {
  const folders = new TenantFolders(dir, graceMs);
  const uid = uidOf(folders, a);
  noteLeaving(dir, a, { removed: true });
  folders.release(a, 0);
  assert.notEqual(uidOf(new TenantFolders(dir, graceMs), a), uid);
});

test('a rename keeps uid and folder, also when it is carried out by the next controller', () => {
  const folders = new TenantFolders(dir, graceMs);
  const uid = uidOf(folders, a);
  noteLeaving(dir, a, { renamedTo: b });
  const next = new TenantFolders(dir, graceMs);
  assert.deepEqual(next.leavingOf(a), { renamedTo: b });
  next.release(a, 0);
  assert.equal(uidOf(next, b), uid);
  assert.deepEqual(readdirSync(join(dir, b)), ['uid']);
});

test('a removed name that never had a folder does not get its uid again', () => {
  const folders = new TenantFolders(dir, graceMs);
  const uid = uidOf(folders, a);
  noteLeaving(dir, a, { removed: true });
  folders.release(a, 0);
  assert.notEqual(uidOf(new TenantFolders(dir, graceMs), a), uid);
});

test('uids are safe at once, and stand in their folders soon', async () => {
  const names = Array.from({ length: 200 }, (_, at) => parseTenantId(`t${at}`) as TenantId);
  await using folders = new TenantFolders(dir, graceMs);
  const uids = folders.admit(names, 0);
  assert.equal(new Set(uids).size, 200);
  assert.deepEqual(new TenantFolders(dir, graceMs).admit(names, 0), uids, 'as after a crash');
  while (existsSync(join(dir, '.state/new-uids'))) await new Promise(done => setTimeout(done, 20));
  const stored = names.map(name => readFileSync(join(dir, name, 'uid'), 'utf8').trim());
  assert.deepEqual(stored, uids);
  assert.deepEqual(new TenantFolders(dir, graceMs).admit(names, 0), uids);
});

test('a uid that cannot be written yet stays where it is safe, the others being made', async () => {
  await using folders = new TenantFolders(dir, graceMs);
  const uid = uidOf(folders, a);
  uidOf(folders, b);
  writeFileSync(join(dir, a), 'in the way');
  while (!existsSync(join(dir, b, 'uid'))) await new Promise(done => setTimeout(done, 20));
  rmSync(join(dir, a));
  assert.equal(uidOf(new TenantFolders(dir, graceMs), a), uid);
  while (existsSync(join(dir, '.state/new-uids'))) await new Promise(done => setTimeout(done, 20));
  assert.equal(readFileSync(join(dir, a, 'uid'), 'utf8'), `${uid}\n`);
});

test('a line that was cut off is nobody’s uid', () => {
  const uid = uidOf(new TenantFolders(dir, graceMs), a);
  appendFileSync(join(dir, '.state/new-uids'), '\nproject-b 0123');
  const next = new TenantFolders(dir, graceMs);
  assert.equal(uidOf(next, a), uid);
  const other = uidOf(next, b);
  assert.equal(uidOf(new TenantFolders(dir, graceMs), b), other);
});

test('a tenant is restored with what stood in the file for it', async () => {
  const folders = new TenantFolders(dir, graceMs);
  const uid = uidOf(folders, a);
  const stanza = 'tenants:\n  project-a: { label: A }\n';
  noteLeaving(dir, a, { removed: true, stanza });
  folders.release(a, 5);
  const next = new TenantFolders(dir, graceMs);
  assert.deepEqual(next.trash.list(), [{ name: a, uid, why: 'removed', atMs: 5, untilMs: 1005 }]);
  await assert.rejects(
    next.trash.restore(a, null, () => Promise.reject(new Error('not writable'))),
    /not writable/,
  );
  assert.equal(next.trash.list().length, 1);
  await next.trash.restore(a, null, async set => assert.deepEqual(set, [{ key: 'label', value: 'A' }]));
  assert.equal(uidOf(next, a), uid);
  assert.deepEqual(next.trash.list(), []);
  await assert.rejects(
    next.trash.restore(a, null, async () => {}),
    { code: 'TENANT_NOT_FOUND' },
  );
});

test('of several that left, the last is restored, or the one that is named', async () => {
  const folders = new TenantFolders(dir, graceMs);
  const uids = [1, 2].map(nowMs => {
    const uid = uidOf(folders, a);
    noteLeaving(dir, a, { removed: true });
    folders.release(a, nowMs);
    return uid as TenantUid;
  });
  await folders.trash.restore(a, uids[0] ?? null, async () => {});
  assert.equal(uidOf(folders, a), uids[0]);
  folders.release(a, 3);
  await folders.trash.restore(a, null, async () => {});
  assert.equal(uidOf(folders, a), uids[0]);
});

test('what a purge left half done goes with the next', async () => {
  const folders = new TenantFolders(dir, graceMs);
  mkdirSync(join(dir, '.trash', '00000000000000aa.purged'), { recursive: true });
  writeFileSync(join(dir, '.trash', '00000000000000aa.purged', 'mail.db'), '');
  await folders.trash.purge(0);
  assert.deepEqual(readdirSync(join(dir, '.trash')), []);
});

/** What the next controller finds: `there` are in the file. */
function settled(...there: TenantId[]): TenantFolders {
  const folders = new TenantFolders(dir, graceMs);
  folders.settle(name => there.includes(name), 'goes', 0);
  return folders;
}

test('who never had a folder leaves none', () => {
  new TenantFolders(dir, graceMs);
  noteLeaving(dir, a, { removed: true });
  assert(!existsSync(join(dir, a)));
  mkdirSync(join(dir, b));
  settled();
  assert(!existsSync(join(dir, b)), 'nor one without a uid');
});

test('whoever takes a name that was left while no controller ran is another tenant', () => {
  const uid = uidOf(new TenantFolders(dir, graceMs), a);
  noteLeaving(dir, a, { removed: true });
  noteTaken(dir, a);
  const next = settled(a);
  assert.notEqual(uidOf(next, a), uid);
  assert.deepEqual(
    next.trash.list().map(({ uid, why }) => [uid, why]),
    [[uid, 'removed']],
  );
});

test('a note of a change that did not come about is forgotten', () => {
  const uid = uidOf(new TenantFolders(dir, graceMs), a);
  const undo = noteLeaving(dir, a, { removed: true });
  assert.equal(uidOf(settled(a), a), uid);
  assert.equal(settled().trash.list()[0]?.why, 'vanished');
  undo();
});

test('renames follow each other while no controller runs, also in a circle', () => {
  const folders = new TenantFolders(dir, graceMs);
  const [ofA, ofB] = [uidOf(folders, a), uidOf(folders, b)];
  const c = parseTenantId('project-c') as TenantId;
  for (const [from, to] of [
    [a, c],
    [b, a],
    [c, b],
  ] as const) {
    noteTaken(dir, to);
    noteLeaving(dir, from, { renamedTo: to });
  }
  const next = settled(a, b);
  assert.deepEqual([uidOf(next, a, 0), uidOf(next, b, 0)], [ofB, ofA]);
  assert.deepEqual(next.names().sort(), [a, b]);
  assert.deepEqual(next.trash.list(), []);
});

test('who is renamed and removed while no controller runs goes to the trash', () => {
  const uid = uidOf(new TenantFolders(dir, graceMs), a);
  noteLeaving(dir, a, { renamedTo: b });
  noteLeaving(dir, b, { removed: true });
  const next = settled();
  assert.deepEqual(next.names(), []);
  assert.deepEqual(
    next.trash.list().map(({ uid, why }) => [uid, why]),
    [[uid, 'removed']],
  );
});

test('without a word from a controller nobody is put into the trash for having vanished', () => {
  const uid = uidOf(new TenantFolders(dir, graceMs), a);
  new TenantFolders(dir, graceMs).settle(() => false, 'stays', 0);
  assert.equal(uidOf(new TenantFolders(dir, graceMs), a), uid);
});

test('who could not leave yet leaves for the same reason when it is tried again', () => {
  const folders = new TenantFolders(dir, graceMs);
  const uid = uidOf(folders, a);
  noteLeaving(dir, a, { renamedTo: b });
  mkdirSync(join(dir, b));
  writeFileSync(join(dir, b, 'in the way'), '');
  assert.throws(() => folders.release(a, 0));
  rmSync(join(dir, b), { recursive: true });
  const next = new TenantFolders(dir, graceMs);
  next.settle(name => name === b, 'goes', 1);
  assert.equal(uidOf(next, b), uid);

  noteLeaving(dir, b, { removed: true, stanza: 'its' });
  writeFileSync(join(dir, '.trash', uid), 'in the way');
  assert.throws(() => next.release(b, 2));
  rmSync(join(dir, '.trash', uid));
  const last = new TenantFolders(dir, graceMs);
  last.settle(() => false, 'goes', 3);
  assert.deepEqual(
    last.trash.list().map(({ name, why }) => [name, why]),
    [[b, 'removed']],
  );
});

test('a note of who has left already takes nobody away', async () => {
  const folders = new TenantFolders(dir, graceMs);
  const uid = uidOf(folders, a);
  noteLeaving(dir, a, { removed: true });
  folders.release(a, 0);
  rmSync(join(dir, '.trash', uid), { recursive: true });
  // As when a crash comes between the move and its end.
  mkdirSync(join(dir, b));
  writeFileSync(join(dir, b, 'uid'), uid);
  writeFileSync(join(dir, b, 'leaving.json'), JSON.stringify({ renamedTo: b, left: true }));
  const next = new TenantFolders(dir, graceMs);
  next.settle(() => true, 'goes', 0);
  assert.deepEqual(next.trash.list(), []);
  assert.equal(uidOf(next, b), uid);
  noteLeaving(dir, b, { removed: true });
  next.release(b, 1);
  writeFileSync(join(dir, '.trash', uid, 'leaving.json'), JSON.stringify({ removed: true, left: true }));
  await next.trash.restore(b, null, async () => {});
  const last = new TenantFolders(dir, graceMs);
  last.settle(() => true, 'goes', 2);
  assert.equal(uidOf(last, b), uid);
});

test('who is renamed while another is put in its place has the other under the new name', () => {
  const folders = new TenantFolders(dir, graceMs);
  const uid = uidOf(folders, a) as TenantUid;
  noteLeaving(dir, a, { renamedTo: b });
  const fresh = '00000000000000ff' as TenantUid;
  mkdirSync(join(dir, '.state/incoming', fresh), { recursive: true });
  folders.takeIn(a, fresh, folders.setAside(a, uid, 0));
  folders.release(a, 1);
  assert.equal(uidOf(folders, b), fresh);
  assert.deepEqual(
    folders.trash.list().map(({ name, why }) => [name, why]),
    [[a, 'replaced']],
  );
  assert.deepEqual(readdirSync(join(dir, b)), ['uid']);
});

test('what was found of tenants that nobody knows goes after the grace time, too', async () => {
  const folders = new TenantFolders(dir, graceMs);
  const uid = '00000000000000ee' as TenantUid;
  const stray = join(dir, '.journal/stray', uid);
  mkdirSync(stray, { recursive: true });
  writeFileSync(join(stray, 'unapplied-1.log'), 'mail');
  const { mtimeMs } = statSync(stray);
  assert.deepEqual(await folders.trash.purge(mtimeMs + graceMs - 1), []);
  assert.deepEqual(await folders.trash.purge(mtimeMs + graceMs), [uid]);
  assert.equal(existsSync(stray), false);
});

function refusalOf(folders: TenantFolders, ...names: TenantId[]) {
  return folders.admit(names, 0).map(uid => (uid instanceof MpctlError ? uid.message : 'well'));
}

test('who cannot be admitted is refused alone, and admitted when it is tried again', () => {
  const names = [a, b, ...Array.from({ length: 200 }, (_, at) => parseTenantId(`t${at}`) as TenantId)];
  for (const tenants of [names.slice(0, 4), names]) {
    const folders = new TenantFolders(dir, graceMs);
    mkdirSync(join(dir, a, 'uid'), { recursive: true });
    writeFileSync(join(dir, b), 'no folder');
    const [ofA = '', ofB = '', ...others] = refusalOf(folders, ...tenants);
    assert.match(ofA, /project-a.*EISDIR/);
    assert.match(ofB, /project-b.*no folder/);
    assert.deepEqual(new Set(others), new Set(['well']));
    rmSync(join(dir, a), { recursive: true });
    rmSync(join(dir, b));
    assert.deepEqual(refusalOf(folders, a, b), ['well', 'well']);
    rmSync(join(dir, '.state'), { recursive: true });
  }
});

test('where new uids cannot be written those who have one are admitted', () => {
  const uid = uidOf(new TenantFolders(dir, graceMs), a);
  mkdirSync(join(dir, a));
  writeFileSync(join(dir, a, 'uid'), uid);
  rmSync(join(dir, '.state/new-uids'));
  const folders = new TenantFolders(dir, graceMs);
  mkdirSync(join(dir, '.state/new-uids'));
  const [ofA, ofB] = folders.admit([a, b], 0);
  assert.equal(ofA, uid);
  assert(ofB instanceof MpctlError);
  rmSync(join(dir, '.state/new-uids'), { recursive: true });
  assert.equal(uidOf(folders, b), uidOf(new TenantFolders(dir, graceMs), b));
});

test('of a folder and its copy the first is admitted, whatever they are called and whoever comes first', () => {
  const uid = uidOf(new TenantFolders(dir, graceMs), b);
  rmSync(join(dir, '.state'), { recursive: true });
  const write = (name: TenantId) => {
    rmSync(join(dir, name), { recursive: true, force: true });
    mkdirSync(join(dir, name));
    writeFileSync(join(dir, name, 'uid'), uid);
    return statSync(join(dir, name, 'uid')).birthtimeMs;
  };
  const first = write(b);
  while (write(a) === first);
  const [ofA, ofB] = new TenantFolders(dir, graceMs).admit([a, b], 0);
  assert.equal(ofB, uid);
  assert.match(String(ofA), /the same uid as project-b.*remove .*project-a\/uid/);
  const folders = new TenantFolders(dir, graceMs);
  uidOf(folders, b);
  assert.notEqual(refusalOf(folders, a)[0], 'well');
  // It leaves as a tenant of its own, and harms the other neither here nor in the trash.
  folders.release(a, 0);
  folders.release(b, 0);
  assert.equal(folders.trash.list().length, 2);
  assert.equal(uidOf(folders, b), uid);
  assert.notEqual(uidOf(folders, a), uid);
});

test('a symbolic link is no tenant’s folder, and what it leads to is not touched', () => {
  const folders = new TenantFolders(dir, graceMs);
  const uid = uidOf(folders, b);
  mkdirSync(join(dir, b));
  writeFileSync(join(dir, b, 'uid'), uid);
  symlinkSync(b, join(dir, a));
  assert.match(refusalOf(folders, a)[0] ?? '', /symbolic link/);
  noteLeaving(dir, a, { removed: true });
  folders.release(a, 0);
  assert.deepEqual(readdirSync(join(dir, b)), ['uid']);
  assert.equal(uidOf(folders, b), uid);
  rmSync(join(dir, a));
  assert.notEqual(uidOf(folders, a), uid);
});

test('who cannot leave while no controller runs keeps nobody from starting', () => {
  const folders = new TenantFolders(dir, graceMs);
  uidOf(folders, a);
  mkdirSync(join(dir, a, 'uid'), { recursive: true });
  const failures = folders.settle(() => false, 'goes', 0);
  assert.match(failures.map(({ message }) => message).join(), /project-a.*EISDIR/);
});

test('what is noted while only the files are worked with is still there for the controller', async () => {
  await using folders = new TenantFolders(dir, graceMs);
  uidOf(folders, a);
  noteLeaving(dir, a, { renamedTo: b });
  folders.settle(() => true, 'stays', 0);
  assert.deepEqual(folders.leavingOf(a), { renamedTo: b });
  folders.settle(() => true, 'goes', 0);
  assert.equal(folders.leavingOf(a), null);
});
