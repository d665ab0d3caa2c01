import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { silentLogger } from '../base/log.ts';
import { type ShardConfig, wireVersion } from '../wire/shard-channel.ts';
import { isRunning, type ProcessIdentity } from './process-identity.ts';
import { endLeftovers, Shards } from './shards.ts';

const config: ShardConfig = {
  wireVersion,
  shard: 0,
  hostname: 'host.test',
  runDir: '/nowhere',
  dataDir: '/nowhere',
  appDir: '/nowhere',
  log: { level: 'error', format: 'json' },
  accepts: 'shard',
};

let dir = '';
let listPath = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'mpctl-'));
  listPath = join(dir, 'shards.json');
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Shards that run this code on their channel. */
function shardsRunning(code: string) {
  const heard: string[] = [];
  const program = join(dir, 'shard.mjs');
  writeFileSync(program, code);
  const shards = new Shards(
    {
      command: { command: [process.execPath, program], environment: process.env },
      listPath,
      log: silentLogger,
      clock: () => 1000,
    },
    {
      shardReady: () => heard.push('ready'),
      shardEnded: () => heard.push('ended'),
      tenantChanged: () => {},
    },
  );
  const until = async (what: string) => {
    while (!heard.includes(what)) await new Promise(done => setTimeout(done, 5));
  };
  return { shards, heard, until };
}

const listed = (): ProcessIdentity[] => JSON.parse(readFileSync(listPath, 'utf8'));
const obedient = `process.on('message', ({type}) => {
  if (type === 'start') process.send({type: 'ready', wireVersion: ${wireVersion}, failures: []});
  if (type === 'stop') process.exit(0);
});`;

test('a process is listed while it runs, and ends when it is told', async () => {
  const { shards, heard, until } = shardsRunning(obedient);
  await shards.start(config, []);
  const [identity] = listed();
  assert.ok(identity && (await isRunning(identity)));
  await until('ready');
  assert.equal(shards.up(0)?.pid, identity.pid);
  await shards.stop(0, 0);
  assert.deepEqual([heard, shards.observed(), listed()], [['ready', 'ended'], [], []]);
});

test('ends before a process was ready are counted until one is', async () => {
  const { shards, until, heard } = shardsRunning('process.exit(1)');
  for (let end = 1; end <= 3; end++) {
    await shards.start(config, []);
    await until('ended');
    heard.length = 0;
    assert.deepEqual(shards.observed(), [{ shard: 0, state: 'down', endedAtMs: 1000, earlyEnds: end }]);
  }
  writeFileSync(join(dir, 'shard.mjs'), obedient);
  await shards.start(config, []);
  await until('ready');
  assert.equal(shards.observed()[0]?.earlyEnds, 0);
  assert.equal(shards.all()[0]?.restarts, 3);
  shards.killAll();
  await until('ended');
});

test('what is sent to a process before its first message comes after that', async () => {
  const { shards, until } = shardsRunning(`let isStarted = false;
  process.on('message', ({type, seq}) => {
    if (type === 'start') isStarted = true;
    if (type === 'start') process.send({type: 'ready', wireVersion: ${wireVersion}, failures: []});
    if (type === 'report' && isStarted) process.send({type: 'report', seq, report: 'it was'});
    if (type === 'stop') process.exit(0);
  });`);
  const started = shards.start(config, []);
  const report = shards.running(0)?.report('totals');
  await started;
  assert.equal(await report, 'it was');
  await until('ready');
  await shards.stop(0, 0);
});

test('one that ended and is wanted no more is forgotten', async () => {
  const { shards, until } = shardsRunning('process.exit(1)');
  await shards.start(config, []);
  await until('ended');
  await shards.stop(0, 0);
  assert.deepEqual(shards.observed(), []);
});

test('a process of another version is ended', async () => {
  const { shards, heard, until } = shardsRunning(
    `process.on('message', () => process.send({type: 'ready', wireVersion: -1, failures: []}));`,
  );
  await shards.start(config, []);
  await until('ended');
  assert.deepEqual(heard, ['ended']);
});

test('a command that the process does not live to answer comes back empty', async () => {
  const { shards, until } = shardsRunning(`process.on('message', ({type, seq}) => {
    if (type === 'start') process.send({type: 'ready', wireVersion: ${wireVersion}, failures: []});
    if (type === 'report') process.kill(process.pid, 'SIGKILL');
  });`);
  await shards.start(config, []);
  await until('ready');
  assert.equal(await shards.up(0)?.report('totals'), null);
  await until('ended');
  assert.equal(shards.running(0), null);
});

test('what a killed daemon left is ended, and no process that merely has its number', async () => {
  const { shards, until } = shardsRunning(obedient);
  await shards.start(config, []);
  await until('ready');
  const [identity] = listed();
  assert.ok(identity);
  writeFileSync(listPath, JSON.stringify([{ ...identity, startedAt: 'another time' }]));
  await endLeftovers(listPath, silentLogger);
  assert.equal(await isRunning(identity), true);
  writeFileSync(listPath, JSON.stringify([identity]));
  await endLeftovers(listPath, silentLogger);
  assert.equal(await isRunning(identity), false);
  await until('ended');
});
