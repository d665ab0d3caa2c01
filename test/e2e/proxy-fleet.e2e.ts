/** Real tenants behind a real nginx and a real Apache, from the tenants file to the page. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFile, chmod, mkdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { WebSocket } from 'ws';
import type { ProxyServer } from '../../libs/spec/proxy-spec.ts';
import { mpctlPath } from '../harness/fleet.ts';
import { openPublished as openFleet } from '../harness/published-fleet.ts';
import { fetchRaw } from '../harness/raw-http.ts';

const tenants = `  project-a: { auth: none, hostnames: [mail.shop.example] }
  project-b: {}
`;
const openPublished = (server: ProxyServer, more = '') => openFleet({ server, more, tenants });

for (const server of ['nginx', 'apache'] as const) {
  describe(server, () => {
    test('the daemon publishes by itself; a new tenant needs no reload, and none is open without a word', async () => {
      await using world = await openPublished(server);
      const { hash, served } = await world.until('applied');
      assert.equal(served, hash);
      const reply = await world.get('project-a.mail.example.com');
      assert.equal(reply.status, 200, String(reply.body));
      assert.equal(JSON.parse(String(reply.body)).total, 0);
      const closed = await world.get('project-b.mail.example.com');
      assert.equal(closed.status, 403);
      assert.match(String(closed.body), /mpctl tenant passwd|auth: none/);

      const socket = new WebSocket(`ws://127.0.0.1:${world.web.port}/api/events`, {
        headers: { host: 'project-a.mail.example.com' },
      });
      const told = new Promise<{ Subject: string }>(resolve =>
        socket.on('message', text => {
          const { Type, Data } = JSON.parse(String(text));
          if (Type === 'new') resolve(Data);
        }),
      );
      await once(socket, 'open');
      const smtp = `unix:${world.fleet.socketPath('project-a', 'smtp')}`;
      const mail = 'From: a@example.test\nTo: b@example.test\nSubject: through the web server\n\nhello\n';
      await execa(mpctlPath, ['sendmail', '-S', smtp, '-f', 'a@example.test', 'b@example.test'], {
        input: mail,
      });
      assert.equal((await told).Subject, 'through the web server');
      const found = await world.get('project-a.mail.example.com', '/api/v1/search?query=%22web%20server%22');
      assert.equal(JSON.parse(String(found.body)).messages_count, 1);
      socket.terminate();

      const current = await readlink(join(world.web.outputDir, 'current'));
      assert.equal((await world.get('project-c.mail.example.com')).status, 404);
      const added = await world.fleet.run(['tenant', 'add', 'project-c', 'auth=none']);
      assert.equal(added.code, 0, added.stderr);
      assert.equal((await world.get('project-c.mail.example.com')).status, 200);
      assert.equal(await readlink(join(world.web.outputDir, 'current')), current);

      assert.equal((await world.fleet.run(['tenant', 'suspend', 'project-a'])).code, 0);
      assert.equal((await world.get('project-a.mail.example.com')).status, 503);
      assert.equal((await world.get('project-c.mail.example.com')).status, 200);
      assert.equal((await world.fleet.run(['tenant', 'remove', 'project-c', '--yes'])).code, 0);
      assert.equal((await world.get('project-c.mail.example.com')).status, 404);
    });
  });
}

test('own host names come with mode map, and are refused where they are somebody else’s', async () => {
  await using world = await openPublished('nginx', '  mode: map');
  await world.until('applied');
  assert.equal((await world.get('mail.shop.example')).status, 200);
  const checked = await world.fleet.run(['check']);
  assert.match(checked.stderr, /tenants\.project-b: warning: has no credentials/);
  assert.equal(checked.code, 0);
  for (const [host, why] of [
    ['panel.mail.example.com', /panel\.mail\.example\.com belongs to the base domain/],
    ['mail.shop.example', /mail\.shop\.example is a host name of project-a already/],
  ] as const) {
    for (const words of [
      ['set', 'project-b'],
      ['add', 'project-c'],
    ]) {
      const refused = await world.fleet.run(['tenant', ...words, `hostnames=${host}`]);
      assert.match(refused.stderr, why);
      assert.equal(refused.code, 2);
    }
  }
  const dry = await world.fleet.run(['tenant', 'add', 'project-d', '--dry-run']);
  assert.match(dry.stderr, /would get the user project-d and a password/);
  const { configPath } = world.fleet;
  const file = await readFile(configPath, 'utf8');
  await writeFile(configPath, file.replace('project-b: {}', 'project-b: { hostnames: mail.shop.example }'));
  assert.equal((await world.fleet.run(['check'])).code, 6);
  assert.equal((await world.fleet.run(['apply'])).code, 6);
  assert.match((await world.fleet.run(['status'])).stdout, /bad[\s\S]*is a host name of project-a already/);
  assert.equal((await world.get('mail.shop.example')).status, 200, 'its owner keeps it');
  assert.match(
    (await world.fleet.run(['tenant', 'show', 'project-b'])).stderr,
    /is a host name of project-a/,
  );
});

test('the commands say what differs, what was edited and what was refused, by their exit codes', async () => {
  await using world = await openPublished('nginx', '  apply: manual');
  const proxy = async (...words: string[]) => world.fleet.run(['proxy', ...words]);
  assert.equal((await proxy('diff')).code, 10);
  assert.equal((await proxy('apply', '--dry-run')).code, 10);
  const applied = await proxy('apply');
  assert.equal(applied.code, 0, applied.stderr + applied.stdout);
  assert.equal((await proxy('diff')).code, 0);
  const seen = JSON.parse((await world.fleet.run(['status', '--json'])).stdout).proxy;
  assert.equal(seen.served, seen.hash, 'the daemon knows at once');
  assert.match((await proxy('apply')).stdout, /served already/);
  assert.match((await proxy('status')).stdout, /serves what the tenants file says/);
  assert.match((await proxy('init')).stdout, /include .*current\/\*\.conf;/);
  assert.match((await proxy('render')).stdout, /server_name "~\^/);

  await appendFile(join(world.web.outputDir, 'current/wildcard.conf'), '# mine\n');
  const drifted = await proxy('apply');
  assert.deepEqual([drifted.code, /wildcard\.conf was edited/.test(drifted.stdout)], [1, true]);
  assert.equal((await proxy('apply', '--overwrite')).code, 0);

  const templates = join(world.dir, 'templates');
  await mkdir(templates);
  await writeFile(join(templates, 'listen.conf'), '  listen {{text nothing}};\n');
  await world.write(`  apply: manual\n  templatesDir: ${templates}`);
  assert.equal((await proxy('apply')).code, 6, 'a template that lets a value out');
  await writeFile(join(templates, 'listen.conf'), '  nonsense on;\n');
  const refused = await proxy('apply', '--json');
  assert.equal(refused.code, 8);
  const { failure } = JSON.parse(refused.stdout);
  assert.equal(failure.step, 'check alone');
  const said = (await proxy('status')).stdout;
  assert.match(said, /the last try was refused:[\s\S]*nonsense/);
  assert.ok(said.includes(failure.refusedDir), said);
  assert.equal((await world.get('project-a.mail.example.com')).status, 200);
});

test('check looks at the web server’s certificates, and at who may read the hashes', async () => {
  await using world = await openPublished('nginx', '  apply: manual');
  const pair = async (name: string) => {
    const [key, certificate] = [join(world.dir, `${name}.key`), join(world.dir, `${name}.pem`)];
    const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    await execa('openssl', [...words, '-subj', '/CN=x', '-keyout', key, '-out', certificate]);
    return { key, certificate };
  };
  const [one, other] = [await pair('one'), await pair('other')];
  const tls = (certificate: string, key: string) =>
    world.write(`  apply: manual\n  tls: { certificate: ${certificate}, key: ${key} }`);
  await tls(one.certificate, one.key);
  assert.equal((await world.fleet.run(['check'])).code, 0);
  await tls(one.certificate, other.key);
  const wrong = await world.fleet.run(['check']);
  assert.deepEqual([wrong.code, /proxy\.tls\.key: .* is not the key of/.test(wrong.stderr)], [6, true]);
  await tls(join(world.dir, 'gone.pem'), one.key);
  assert.match(
    (await world.fleet.run(['check'])).stderr,
    /proxy\.tls\.certificate: .*gone\.pem is not there/,
  );

  await world.write('  apply: manual');
  assert.equal((await world.fleet.run(['tenant', 'passwd', 'project-b'])).code, 0);
  await chmod(world.fleet.configPath, 0o644);
  const exposed = await world.fleet.run(['check']);
  assert.deepEqual([exposed.code, /may be read by everybody \(chmod o-r /.test(exposed.stderr)], [0, true]);
  await chmod(world.fleet.configPath, 0o640);
  assert.doesNotMatch((await world.fleet.run(['check'])).stderr, /by everybody/);
});

test('what the daemon cannot apply is in its status, its metrics and its log, and what served goes on', async () => {
  await using world = await openPublished('nginx');
  await world.until('applied');
  const include = join(world.dir, 'at-all.conf');
  await world.write(`  include: ${include}`);
  const { error } = await world.until('rolled back');
  assert.match(error, /check failed[\s\S]*at-all\.conf/);
  assert.equal((await world.get('project-a.mail.example.com')).status, 200);
  const { body } = await fetchRaw({
    socketPath: join(world.fleet.runDir, '.control.sock'),
    path: '/metrics',
  });
  assert.match(String(body), /mpctl_proxy_state\{state="rolled back"\} 1/);
  assert.match(world.fleet.log, /is not as it should be/);
  await writeFile(include, '');
  assert.equal((await world.fleet.run(['apply'])).code, 0);
  await world.until('applied');
});

test('who has no socket is answered by the daemon: 404 for nobody, 503 for a tenant, a WebSocket too', async () => {
  await using world = await openPublished('nginx');
  await world.until('applied');
  await rm(world.fleet.socketPath('project-a', 'http'));
  const down = await world.get('project-a.mail.example.com');
  assert.deepEqual([down.status, /starting/.test(String(down.body))], [503, true]);
  assert.equal((await world.get('nobody.mail.example.com')).status, 404);
  const socket = new WebSocket(`ws://127.0.0.1:${world.web.port}/api/events`, {
    headers: { host: 'project-a.mail.example.com' },
  });
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  assert.equal(response.statusCode, 503);
  socket.terminate();
});

for (const [server, mode] of [
  ['nginx', 'wildcard'],
  ['apache', 'wildcard'],
  ['nginx', 'vhost'],
] as const) {
  test(`${server} ${mode}: who asks one tenant notices nothing of others that come, are suspended and go`, async () => {
    await using world = await openPublished(server, `  mode: ${mode}`);
    await world.until('applied');
    let stop = false;
    let asked = 0;
    const hammer = async () => {
      for (; !stop; asked++) {
        const { status } = await world.get('project-a.mail.example.com');
        assert.equal(status, 200, `request ${asked}`);
        await sleep(2);
      }
    };
    const hammering = hammer();
    const done = async (...words: string[]) => {
      const { code, stderr } = await world.fleet.run(['tenant', ...words]);
      assert.equal(code, 0, stderr);
    };
    for (const name of ['other', 'another']) {
      await done('add', name, 'auth=none');
      await done('suspend', name);
      await done('resume', name);
      await done('remove', name, '--yes');
    }
    await world.until('applied', 'unchanged');
    stop = true;
    await hammering;
    assert.ok(asked > 50, `${asked} requests`);
  });
}
