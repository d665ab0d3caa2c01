/**
 * `mpctl doctor`: whatever keeps the web server or a tenant's user from a socket is named, and the command that it prints
 * mends it. The web server's processes, the daemon and the tenant are users of this machine; only root can make them.
 */
import assert from 'node:assert/strict';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { Finding } from '../../libs/doctor/finding.ts';
import type { ProxyServer } from '../../libs/spec/proxy-spec.ts';
import { Fleet, mpctlPath } from '../harness/fleet.ts';
import { connectAs, knownPerson, People } from '../harness/people.ts';
import { programForOthers } from '../harness/program-for-others.ts';
import { fetchRaw } from '../harness/raw-http.ts';
import { prepareWebServer, type WebServerOptions } from '../harness/web-server.ts';

const skip = process.getuid?.() === 0 ? false : 'only root can make the users that this tries';

type ClinicOptions = Partial<WebServerOptions> & {
  readonly runDir?: string;
  /** The sockets' group: the web server's own, with the daemon in it, or one that only the daemon is in. */
  readonly group?: 'web' | 'team';
};

async function openClinic(server: ProxyServer, { group, ...options }: ClinicOptions = {}) {
  await using stack = new AsyncDisposableStack();
  const people = stack.use(new People());
  const web = await people.add('web');
  const bob = await people.add('bob');
  const stranger = await people.add('stranger');
  const team = group === 'team' ? (await people.add('team')).name : web.name;
  const daemon = await people.add('daemon', group ? [team] : []);
  // Not below /tmp, which may be another's.
  const dir = await mkdtemp('/var/tmp/mp-');
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  const front = stack.use(await prepareWebServer({ server, dir, workers: web.name, ...options }));
  await front.start();
  const home = join(dir, 'home');
  await mkdir(home);
  const runDir = options.runDir ?? join(home, 'run');
  const fleet = stack.use(
    new Fleet(
      `webGroup: ${team}
proxy:
  baseDomain: mail.example.com
  server: ${server}
  listen: "127.0.0.1:${front.port}"
  outputDir: ${front.outputDir}
  checkCommand: ${JSON.stringify(front.checkCommand)}
  reloadCommand: ${JSON.stringify(front.reloadCommand)}
  apply: manual
tenants:
  project-a: { auth: none }
  project-b: { auth: none${group ? '' : `, user: ${bob.name}`} }
`,
      runDir,
    ),
  );
  for (const path of [home, fleet.dir, ...(options.runDir ? [runDir] : [])]) {
    await chown(path, daemon.uid, daemon.gids[0] ?? 0);
    await chmod(path, 0o711);
  }
  await chown(fleet.configPath, daemon.uid, daemon.gids[0] ?? 0);
  const serve = async () => fleet.serve({}, await knownPerson(daemon.name));
  await serve();
  const applied = await fleet.run(['proxy', 'apply']);
  assert.equal(applied.code, 0, applied.stderr + applied.stdout);
  const status = async (): Promise<number> => {
    const headers = { host: 'project-a.mail.example.com' };
    return (await fetchRaw({ port: front.port, path: '/api/v1/info', headers })).status;
  };
  const owned = stack.move();
  return {
    ...{ fleet, runDir, home, web, bob, stranger, daemon, status },
    /** What it finds; exit code and findings agree. */
    async doctor(...words: string[]): Promise<readonly Finding[]> {
      const { code, stdout, stderr } = await fleet.run(['doctor', ...words, '--json']);
      assert.ok(code < 2, stderr);
      const { findings } = JSON.parse(stdout) as { findings: Finding[] };
      assert.equal(code, findings.some(({ severity }) => severity === 'error') ? 1 : 0);
      return findings;
    },
    /** Does what a finding says. */
    async mend({ command }: Finding): Promise<void> {
      const own = command.replace(/^mpctl (.*)$/, `${mpctlPath} $1 ${fleet.options.join(' ')}`);
      await execa('sh', ['-c', own]);
    },
    /** Starts the daemon again after the one before has ended. */
    async restart(): Promise<void> {
      await fleet.stop();
      await serve();
    },
    /** A graceful reload tells nobody when it is done. */
    async untilServed(): Promise<void> {
      const giveUpAtMs = performance.now() + 20_000;
      while ((await status()) !== 200) {
        assert.ok(performance.now() < giveUpAtMs);
        await sleep(50);
      }
    },
    socket: (tenant: string, listener: string) => join(runDir, tenant, `${listener}.sock`),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

type Clinic = Awaited<ReturnType<typeof openClinic>>;

const codes = (findings: readonly Finding[]) => findings.map(({ code, who }) => `${code} ${who}`.trim());

/** One thing is wrong: it is found, the page cannot be reached, and the command that is said mends both. */
async function assertMended(
  clinic: Clinic,
  code: string,
  command: RegExp,
  mend?: (finding: Finding) => Promise<void>,
) {
  assert.notEqual(await clinic.status(), 200);
  const findings = await clinic.doctor();
  const [finding] = findings;
  assert.ok(finding);
  assert.ok(
    findings.every(each => each.code === code),
    JSON.stringify(findings),
  );
  assert.match(finding.command, command);
  for (const each of findings) await (mend ?? clinic.mend)(each);
  assert.equal(await clinic.status(), 200, finding.command);
  assert.deepEqual(await clinic.doctor(), []);
}

/** What the doctor says when it is asked before the daemon has noticed by itself. */
async function untilFound(clinic: Clinic, damage: () => Promise<unknown>): Promise<Finding> {
  for (;;) {
    await damage();
    const [finding] = await clinic.doctor();
    if (finding) return finding;
  }
}

for (const server of ['nginx', 'apache'] as const) {
  describe(server, { skip }, () => {
    test('whatever keeps the web server out is named, and its command lets it in', async () => {
      await using clinic = await openClinic(server);
      const { fleet, web, bob, daemon, runDir, home } = clinic;
      const socket = clinic.socket('project-a', 'http');

      // The daemon may neither give the sockets to the web server's group nor one to bob.
      assert.notEqual(await clinic.status(), 200);
      const [group, owner, ...more] = await clinic.doctor();
      assert.ok(group && owner && more.length === 0);
      assert.deepEqual([group.code, group.who], ['DOCTOR_SOCKET_CLOSED', web.name]);
      assert.match(group.command, new RegExp(`^usermod -aG ${web.name} ${daemon.name} && kill \\d+$`));
      await clinic.mend(group);
      await clinic.restart();
      assert.equal(await clinic.status(), 200);
      assert.deepEqual([owner.code, owner.tenants], ['DOCTOR_LISTENER_FAILED', ['project-b']]);
      assert.match(owner.message, /SOCKET_RIGHT_MISSING/);
      await clinic.mend(owner);
      assert.equal(await connectAs(bob, clinic.socket('project-b', 'smtp')), 'connected');
      assert.deepEqual(await clinic.doctor(), []);

      await chmod(runDir, 0o700);
      await assertMended(clinic, 'DOCTOR_FOLDER_CLOSED', /^chmod 711 /);
      await chmod(home, 0o700);
      await assertMended(clinic, 'DOCTOR_FOLDER_CLOSED', /^setfacl -m u:\S+:x /);
      await chmod(socket, 0o600);
      await assertMended(clinic, 'DOCTOR_SOCKET_CHANGED', /^chmod 660 /);
      await chown(socket, daemon.uid, daemon.gids[0] ?? 0);
      await assertMended(clinic, 'DOCTOR_SOCKET_CHANGED', /^chgrp /);
      await execa('setfacl', ['-m', `u:${bob.name}:rw,m::r`, socket]);
      await assertMended(clinic, 'DOCTOR_SOCKET_CHANGED', /^setfacl -m m::rw /);
      await execa('setfacl', ['-b', socket]);
      assert.equal((await fleet.run(['tenant', 'set', 'project-a', 'listeners.http.mode=600'])).code, 0);
      await assertMended(
        clinic,
        'DOCTOR_SOCKET_CLOSED',
        /^mpctl tenant set project-a listeners\.http\.mode=660$/,
      );
      const own = ['tenant', 'set', 'project-a', '--unset', 'listeners'];
      await fleet.run([...own, `listeners.http.group=${daemon.name}`]);
      await assertMended(clinic, 'DOCTOR_SOCKET_CLOSED', /^mpctl tenant set project-a .*acl=/);
      await fleet.run(own);

      const restart = async () => clinic.restart();
      const missing = await untilFound(clinic, () => rm(socket, { force: true }));
      assert.deepEqual([missing.code, missing.command], ['DOCTOR_SOCKET_MISSING', 'mpctl apply']);
      await clinic.mend(missing);
      assert.equal(await clinic.status(), 200);
      const stale = await untilFound(clinic, () =>
        execa('python3', [
          '-c',
          'import os, socket, sys; os.unlink(sys.argv[1]); socket.socket(socket.AF_UNIX).bind(sys.argv[1])',
          socket,
        ]),
      );
      assert.deepEqual([stale.code, stale.command], ['DOCTOR_SOCKET_STALE', `rm ${socket} && mpctl apply`]);
      await clinic.mend({ ...stale, command: `rm ${socket}` });
      await clinic.mend({ ...stale, command: 'mpctl apply' });
      assert.equal(await clinic.status(), 200);
      await fleet.stop();
      await assertMended(clinic, 'DOCTOR_NO_DAEMON', /mpctl serve --config /, restart);
    });

    test('a group that the web server has not heard of yet, and one that it is not in', async () => {
      await using clinic = await openClinic(server, { group: 'team' });
      const { web } = clinic;
      const [finding] = await clinic.doctor();
      assert.ok(finding);
      assert.equal(finding.code, 'DOCTOR_SOCKET_CLOSED');
      const [join = '', reload = ''] = finding.command.split(' && ');
      assert.match(join, new RegExp(`^usermod -aG \\S+ ${web.name}$`));
      await execa('sh', ['-c', join]);
      assert.notEqual(await clinic.status(), 200);
      const [waiting] = await clinic.doctor();
      assert.deepEqual([waiting?.code, waiting?.command], ['DOCTOR_GROUP_NOT_RELOADED', reload]);
      await clinic.mend(waiting as Finding);
      await clinic.untilServed();
      assert.deepEqual(await clinic.doctor(), []);
    });

    test('a stranger stays outside and is told so; who does not exist is told too', async () => {
      await using clinic = await openClinic(server, { group: 'web' });
      const { bob, stranger } = clinic;
      for (const listener of ['http', 'smtp']) {
        assert.equal(await connectAs(stranger, clinic.socket('project-a', listener)), 'EACCES');
      }
      const found = await clinic.doctor('project-a', '--as', stranger.name);
      assert.deepEqual(codes(found), Array(2).fill(`DOCTOR_SOCKET_CLOSED ${stranger.name}`));
      // Who is not root and may not ask the daemon computes the same.
      const who = [`--reuid=${stranger.uid}`, `--regid=${stranger.gids[0]}`, '--init-groups'];
      const words = ['doctor', 'project-a', '--as', stranger.name, '--json', ...clinic.fleet.options];
      const computed = await execa('setpriv', [...who, programForOthers(), ...words], { reject: false });
      assert.equal(computed.exitCode, 1, computed.stderr);
      assert.deepEqual(JSON.parse(computed.stdout).findings, found);
      assert.equal(await connectAs(bob, clinic.socket('project-b', 'http')), 'EACCES');
      assert.deepEqual(codes(await clinic.doctor('--as', 'nobody-of-this-name')), [
        'DOCTOR_NO_USER nobody-of-this-name',
      ]);
      assert.equal((await clinic.fleet.run(['doctor', 'nobody'])).code, 3);
      const text = await clinic.fleet.run(['doctor', 'project-a', '--as', stranger.name]);
      assert.match(text.stdout, /^project-a: .* may not use .*\n {4}mpctl tenant set project-a /);
      const well = await clinic.fleet.run(['doctor', 'project-a']);
      assert.match(well.stdout, /ways? to (a socket|sockets) tried as .*: all open/);
    });

    test('a /tmp of its own hides the sockets from the web server', async () => {
      const mount = 'mount --bind "$0" /tmp && exec "$@"';
      const hidden = await mkdtemp('/var/tmp/mp-empty-');
      const runDir = await mkdtemp('/tmp/mp-run-');
      try {
        const wrap = ['unshare', '--mount', 'sh', '-c', mount, hidden];
        await using clinic = await openClinic(server, { wrap, runDir, group: 'web' });
        assert.notEqual(await clinic.status(), 200);
        const [finding, ...others] = await clinic.doctor();
        assert.deepEqual([finding?.code, others], ['DOCTOR_OTHER_MOUNT', []]);
        assert.match(finding?.message ?? '', /a \/tmp of its own \(PrivateTmp\)/);
        assert.match(finding?.command ?? '', /PrivateTmp=no.*systemctl restart/);
      } finally {
        for (const dir of [hidden, runDir]) await rm(dir, { recursive: true, force: true });
      }
    });
  });
}
