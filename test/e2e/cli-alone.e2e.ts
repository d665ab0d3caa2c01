import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { execa } from 'execa';
import { Fleet, mpctlPath } from '../harness/fleet.ts';
import { freePorts } from '../harness/free-port.ts';
import { sendMail } from '../harness/smtp-talk.ts';

test('without a controller commands work on the file and say so', async () => {
  await using fleet = new Fleet('tenants:\n  alpha: {} # keep\n');
  const added = await fleet.run(['tenant', 'add', 'beta', 'maxMessages=5', '--json']);
  assert.equal(added.code, 0, added.stderr);
  assert.match(added.stderr, /no controller answers/);
  assert.deepEqual(JSON.parse(added.stdout), {
    name: 'beta',
    uid: null,
    state: null,
    smtp: [`unix:${fleet.socketPath('beta', 'smtp')}`],
    http: [`unix:${fleet.socketPath('beta', 'http')}`],
  });
  assert.equal(
    readFileSync(fleet.configPath, 'utf8'),
    'tenants:\n  alpha: {} # keep\n  beta:\n    maxMessages: 5\n',
  );
  assert.equal((await fleet.run(['tenant', 'list', '-q'])).stdout, 'alpha\nbeta');
  assert.equal((await fleet.run(['tenant', 'add', 'beta'])).code, 5);
  assert.equal((await fleet.run(['tenant', 'rename', 'beta', 'gamma'])).code, 0);
  assert.equal((await fleet.run(['tenant', 'suspend', 'gamma'])).code, 0);
  assert.equal((await fleet.run(['tenant', 'remove', 'gamma', '--yes'])).code, 0);
  assert.equal((await fleet.run(['tenant', 'show', 'gamma'])).code, 3);
  assert.equal(readFileSync(fleet.configPath, 'utf8'), 'tenants:\n  alpha: {} # keep\n');
});

test('without a controller there is no status and nothing to apply', async () => {
  await using fleet = new Fleet('tenants: {}\n');
  for (const command of ['status', 'apply']) {
    const { code, stderr } = await fleet.run([command]);
    assert.equal(code, 9, command);
    assert.match(stderr, /no controller answers on .*\.control\.sock\n {2}.*mpctl serve/);
  }
  assert.equal((await fleet.run(['plan'])).code, 10);
});

test('what commands did and undid while nothing ran leaves nothing', async () => {
  await using fleet = await Fleet.serving('tenants: { alpha: {} }\n');
  await sendMail(fleet.socketPath('alpha', 'smtp'), 'first');
  const { uid } = await fleet.ask<{ uid: string }>('tenant', 'show', 'alpha');
  await fleet.stop();
  for (const words of [
    ['add', 'beta'],
    ['remove', 'beta', '--yes'],
    ['rename', 'alpha', 'gamma'],
    ['rename', 'gamma', 'delta'],
    ['add', 'alpha'],
  ])
    assert.equal((await fleet.run(['tenant', ...words])).code, 0, words.join(' '));
  assert.deepEqual(folders(fleet), ['alpha']);
  await fleet.serve();
  const uids = await Promise.all(
    ['alpha', 'delta'].map(async name => (await fleet.ask<{ uid: string }>('tenant', 'show', name)).uid),
  );
  assert.equal(uids[1], uid);
  assert.notEqual(uids[0], uid);
  assert.match((await fleet.get('delta', '/api/v1/messages')).body, /"first"/);
  assert.match((await fleet.get('alpha', '/api/v1/messages')).body, /"total":0/);
});

const folders = (fleet: Fleet) => readdirSync(fleet.dataDir).filter(name => !name.startsWith('.'));

test('errors of the file end with 6, with place and what is near', async () => {
  await using fleet = new Fleet('tenants:\n  alpha:\n    lable: x\n    maxMessages: many\n');
  for (const words of [['check'], ['plan'], ['serve'], ['tenant', 'list']]) {
    const { code, stderr } = await fleet.run(words);
    assert.equal(code, 6, words.join(' '));
    assert.match(
      stderr,
      /tenants\.yaml:3:5: tenants\.alpha\.lable: unknown key "lable" \(did you mean label\?\)/,
    );
    assert.match(stderr, /tenants\.yaml:4:18: tenants\.alpha\.maxMessages: /);
  }
  const { issues } = await fleet.ask<{ issues: unknown[] }>('check');
  assert.equal(issues.length, 2);
});

test('a file that was emptied is an error, and never a fleet of nobody in the default folders', async () => {
  await using fleet = new Fleet('');
  for (const words of [['check'], ['plan'], ['serve'], ['tenant', 'list'], ['tenant', 'add', 'a']]) {
    const { code, stderr } = await fleet.run(words);
    assert.equal(code, 6, words.join(' '));
    assert.match(stderr, /tenants\.yaml: has nothing in it \(write `tenants: \{\}` for none\)/);
  }
  const status = await fleet.run(['status']);
  assert.equal(status.code, 9);
  assert.match(status.stderr, /tenants\.yaml has nothing in it; --config and --run-dir say where to look/);
});

test('check tells in one go what is wrong in the file and what this machine does not have', async () => {
  const deep = `/tmp/${'deep/'.repeat(22)}smtp.sock`;
  await using fleet = new Fleet(`tenants:
  alpha: { user: no-such-user-here }
  beta: { lable: x, user: nor-this-one }
  gamma: { smtp: { authAllowInsecure: true, authFile: ./none } }
  delta: { listeners: { smtp: { bind: 'unix:${deep}' } } }
  epsilon: { listeners: { http: { bind: 'unix:./x.sock' } } }
  zeta: { listeners: { http: { bind: 'unix:./x.sock' } } }
`);
  const { code, stderr } = await fleet.run(['check']);
  assert.equal(code, 6);
  const said = stderr.split('\n').map(line => line.replace(/^.*tenants\.yaml:/, ''));
  assert.deepEqual(
    said.map(line => line.slice(0, line.indexOf(': '))),
    ['2:18', '3:11', '3:27', '4:55', '5:39', '7:38'],
    stderr,
  );
  assert.match(
    stderr,
    /there is no user no-such-user-here\n.*\n.*there is no user nor-this-one\n.*none is not there/,
  );
});

test('check asks this machine about each account, group and address; serve tells as much', async () => {
  await using holder = createServer();
  const port = await new Promise<number>(done => {
    holder.listen(0, '127.0.0.1', () => done((holder.address() as AddressInfo).port));
  });
  await using fleet = new Fleet(`webGroup: no-web-here
tenants:
  alpha: { listeners: { http: { owner: no-user-here, group: no-group-here, acl: ['u:nor-this:rw'] } } }
  beta: { listeners: { smtp: { bind: '127.0.0.1:${port}', group: root } } }
  gamma: { listeners: { smtp: { bind: '198.51.100.7:2525' } } }
  delta: { listeners: { smtp: { bind: ':99999' } } }
`);
  const wanted = [
    '1:11: webGroup: warning: there is no group no-web-here: sockets of pages stay in the group of the daemon',
    '3:40: tenants.alpha.listeners.http.owner: there is no user no-user-here',
    '3:61: tenants.alpha.listeners.http.group: there is no group no-group-here',
    '3:82: tenants.alpha.listeners.http.acl[0]: there is no user nor-this',
    `4:38: tenants.beta.listeners.smtp.bind[0]: another process listens at 127.0.0.1 port ${port}`,
    '4: tenants.beta.listeners.smtp.group: warning: has no meaning here: the listener smtp has no unix socket',
    '5:39: tenants.gamma.listeners.smtp.bind[0]: cannot listen at 198.51.100.7 port 2525: this machine has no such address',
    '6:39: tenants.delta.listeners.smtp.bind: must be a port of at most 65535, not ":99999"',
  ];
  for (const command of ['check', 'serve']) {
    const { code, stderr } = await fleet.run([command]);
    assert.equal(code, 6);
    const said = stderr.split('\n').filter(line => /tenants\.yaml:\d/.test(line));
    const places = said.map(line =>
      line.replace(/^.*tenants\.yaml:/, '').replace(/^(4):\d+(?=: \S*group)/, '$1'),
    );
    assert.deepEqual(places, wanted, command);
  }
});

test('check tells of paths and of a port for metrics that another program has, and of an open data folder', async () => {
  await using fleet = new Fleet('');
  const path = join(fleet.dir, 'other.sock');
  await using holder = createServer();
  await new Promise<void>(done => holder.listen(path, done));
  await using web = createServer();
  const port = await new Promise<number>(done => {
    web.listen(0, '127.0.0.1', () => done((web.address() as AddressInfo).port));
  });
  writeFileSync(join(fleet.dir, 'no-socket'), '');
  mkdirSync(fleet.dataDir, { mode: 0o755 });
  fleet.write(`metrics: { listen: ['127.0.0.1:${port}'] }
tenants:
  alpha: { listeners: { smtp: { bind: 'unix:${path}' } } }
  beta: { listeners: { smtp: { bind: 'unix:./no-socket' } } }
  gamma: { listeners: { smtp: { bind: ['unix:./free.sock', 'unix:./none/free.sock', 'unix:./run/gamma/x.sock'] } } }
`);
  const { code, stderr } = await fleet.run(['check']);
  assert.equal(code, 6);
  const said = stderr.split('\n').map(line => line.replace(/^.*tenants\.yaml:/, ''));
  assert.deepEqual(
    said.sort(),
    [
      `1:21: metrics.listen[0]: another process listens at 127.0.0.1 port ${port}`,
      `3:39: tenants.alpha.listeners.smtp.bind[0]: another process listens at ${path}`,
      `4:38: tenants.beta.listeners.smtp.bind[0]: ${fleet.dir}/no-socket is there and is not a socket (move it away)`,
      `5:60: tenants.gamma.listeners.smtp.bind[1]: there is no folder ${fleet.dir}/none (make it first)`,
      `1:1: dataDir: warning: others than the daemon may look into the data folder ${fleet.dataDir} (mode 0755) (chmod 700 ${fleet.dataDir})`,
    ].sort(),
  );
});

test('an open data folder is told by serve and doctor too', async () => {
  await using fleet = new Fleet('tenants: {}\n');
  mkdirSync(fleet.dataDir, { mode: 0o755 });
  await fleet.serve();
  assert.match(fleet.log, /"level":40.*others than the daemon may look into the data folder/);
  const open = await fleet.run(['doctor']);
  assert.match(open.stdout, new RegExp(`warning: others .* chmod 700 ${fleet.dataDir}`, 's'));
  chmodSync(fleet.dataDir, 0o700);
  assert.doesNotMatch((await fleet.run(['doctor'])).stdout, /warning/);
});

test('what the running controller itself listens on is no error', async () => {
  await using fleet = await Fleet.serving(
    `tenants: { a: { listeners: { smtp: { bind: '127.0.0.1:0' } } } }\n`,
  );
  const [port, metrics] = await freePorts(2);
  const listen = `metrics: { listen: ['127.0.0.1:${metrics}'] }\n`;
  const binds = `bind: ['127.0.0.1:${port}', 'unix:./a.sock']`;
  fleet.write(`${listen}tenants: { a: { listeners: { smtp: { ${binds} } } } }\n`);
  assert.equal((await fleet.run(['apply'])).code, 0);
  const { code, stderr } = await fleet.run(['check']);
  assert.equal(code, 0, stderr);
  fleet.write(`${listen}tenants: { b: { listeners: { smtp: { ${binds} } } } }\n`);
  assert.equal((await fleet.run(['check'])).code, 0);
  await fleet.stop();
  assert.equal((await fleet.run(['check'])).code, 0);
});

test('environment and options say where things are; options win', async () => {
  await using fleet = new Fleet('tenants: { alpha: {} }\n');
  const env = { MPCTL_CONFIG: fleet.configPath, MPCTL_RUN_DIR: fleet.runDir, MPCTL_DATA_DIR: fleet.dataDir };
  const list = (words: string[], more = {}) =>
    execa(mpctlPath, ['tenant', 'list', '-q', ...words], { env: { ...env, ...more }, reject: false });
  assert.equal((await list([])).stdout, 'alpha');
  assert.equal((await list([], { MPCTL_CONFIG: '/none' })).exitCode, 6);
  assert.equal((await list(['--config', fleet.configPath], { MPCTL_CONFIG: '/none' })).stdout, 'alpha');
});

test('a wrong command line ends with 2 and says what would be right', async () => {
  for (const [words, said] of [
    ['', 'usage: mpctl COMMAND'],
    ['tenat add', 'did you mean mpctl tenant add?'],
    ['tenant', 'one of: tenant add,'],
    ['tenant ad x', 'did you mean mpctl tenant add?'],
    ['tenant add', 'NAME is missing'],
    ['tenant add a b', 'b is no setting'],
    ['status --jsn', 'did you mean --json?'],
    ['status more', 'too many arguments'],
    ['run --lisen x', 'did you mean --listen?'],
    ['run --nope', 'Mailpit has no flag --nope'],
  ] as const) {
    const { exitCode, stdout, stderr } = await execa(mpctlPath, words === '' ? [] : words.split(' '), {
      reject: false,
    });
    assert.deepEqual([exitCode, stdout], [2, ''], words);
    assert.ok(stderr.includes(said), stderr);
  }
});

test('help of run names the flags, and the variables that say the same', async () => {
  const { stdout } = await execa(mpctlPath, ['help', 'run']);
  assert.match(stdout, /^ +-s, --smtp +MP_SMTP_BIND_ADDR$/m);
  assert.match(stdout, /^ +-m, --max +MP_MAX_MESSAGES$/m);
  assert.doesNotMatch(stdout, /RELAY/, 'what is not here yet is not named');
  assert.equal((await execa(mpctlPath, ['run', '--help'])).stdout, stdout);
});

test('help and the version are there under their usual names', async () => {
  const run = async (...words: string[]) => (await execa(mpctlPath, words)).stdout;
  assert.equal(await run('--version'), await run('version'));
  assert.equal(await run('run', '-h'), await run('help', 'run'));
});

test('a closed pipe does not change how a command ends', async () => {
  await using fleet = new Fleet('tenants:\n  a: { maxMesages: 1 }\n');
  const script = '{ sleep 0.3; "$0" "$@"; echo $? >&3; } 3>&2 2>&1 | true';
  for (const [word, code] of [
    ['check', '6'],
    ['help', '0'],
  ] as const) {
    const { stderr } = await execa('bash', ['-c', script, mpctlPath, word, ...fleet.options]);
    assert.equal(stderr, code);
  }
});

test('without the tenants file it is said that the default folder was asked', async () => {
  await using fleet = new Fleet('tenants: {}\n');
  const config = `${fleet.dataDir}/none.yaml`;
  const { exitCode, stderr } = await execa(mpctlPath, ['status', '--config', config], { reject: false });
  assert.equal(exitCode, 9);
  assert.ok(stderr.includes(`${config} is not there, so the default folder was asked`), stderr);
});

/** What each shell offers after `mpctl tenant re`, asked as somebody at its prompt would; each prints it in its own way. */
const asked: Readonly<Record<string, readonly string[]>> = {
  bash: [
    '-c',
    `source <(mpctl completion bash)
    COMP_WORDS=(mpctl tenant re); COMP_CWORD=2; _mpctl mpctl re tenant
    printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  fish: ['-c', `mpctl completion fish | source; complete -C 'mpctl tenant re'`],
  // Completion is for a prompt, so there must be one: a shell in a terminal of its own, which is typed into.
  zsh: [
    '-c',
    `zmodload zsh/zpty
    zpty shell 'zsh -f -i'
    zpty -w shell "PS1= ; autoload -U compinit; compinit -u -D; source <(mpctl completion zsh); bindkey '^I' list-choices"
    zpty -w shell 'echo rea''dy'
    while zpty -r shell line; do [[ $line == *ready* ]] && break; done
    zpty -w -n shell $'mpctl tenant re\\t'
    sleep 0.1
    for _ in {1..200}; do
      if zpty -r -t shell line; then print -r -- $line; [[ $line == *resume* ]] && break; else sleep 0.05; fi
    done
    zpty -d shell`,
  ],
};

for (const [shell, words] of Object.entries(asked)) {
  test(`completion works in ${shell}`, async () => {
    const { stdout } = await execa(shell, [...words], {
      env: { PATH: `${dirname(mpctlPath)}:${process.env.PATH}`, TERM: 'dumb' },
      timeout: 30_000,
    });
    for (const name of ['remove', 'rename', 'restore', 'resume'])
      assert.match(stdout, new RegExp(`\\b${name}\\b`));
    assert.doesNotMatch(stdout, /\b(suspend|show)\b/);
  });
}

test('systemd finds nothing wrong with the units', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'mp-units-'));
  try {
    for (const words of [[], ['--run-dir', '/run/other', '--data-dir', '/srv/50% of it']]) {
      const { stdout } = await execa(mpctlPath, [
        'render',
        'systemd',
        '--config',
        `${dir}/t.yaml`,
        '--json',
        ...words,
      ]);
      const units = Object.entries(JSON.parse(stdout) as Record<string, string>);
      assert.ok(units.some(([name]) => name === 'mpctl.service'));
      for (const [name, text] of units) writeFileSync(join(dir, name), text);
      const { stderr } = await execa('systemd-analyze', [
        'verify',
        ...units.map(([name]) => join(dir, name)),
      ]);
      assert.equal(stderr, '');
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('a command loads little before it begins: neither what reads YAML nor what runs fleets', async () => {
  await execa(mpctlPath, ['version']);
  const dist = join(dirname(dirname(mpctlPath)), 'dist');
  const loaded = new Map<string, string>();
  const load = (name: string) => {
    if (loaded.has(name)) return;
    const text = readFileSync(join(dist, name), 'utf8');
    loaded.set(name, text);
    for (const [, next = ''] of text.matchAll(/^import .*"\.\/([^"]+)";$/gm)) load(next);
  };
  load('mpctl.js');
  const [, run = ''] = /import\("\.\/([^"]+)"\)/.exec(loaded.get('mpctl.js') ?? '') ?? [];
  load(run);
  const text = [...loaded.values()].join('');
  assert.match(text, /apps\/mpctl\/run\.ts/);
  assert.doesNotMatch(
    text,
    /^\/\/ (node_modules|libs\/(controller|proxy|shard)\/|libs\/spec\/(schema|read-))/m,
  );
});
