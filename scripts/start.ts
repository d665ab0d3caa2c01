/**
 * `npm start`: the whole thing on tenants.example.yaml, everything under .run/, as any user. Sends each tenant a first
 * mail, says where everything is, and ends with Ctrl-C.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { ControlStatus, TenantReply, TenantRow } from '../libs/wire/control-http.ts';

const root = dirname(import.meta.dirname);
const runDir = join(root, '.run');
const logPath = join(runDir, 'serve.log');
const mpctl = join(root, 'scripts/mpctl');
const where = [
  '--config',
  join(root, 'tenants.example.yaml'),
  '--run-dir',
  runDir,
  '--data-dir',
  join(runDir, 'data'),
];

mkdirSync(runDir, { recursive: true, mode: 0o711 });
const server = spawn(mpctl, ['serve', ...where], {
  stdio: ['ignore', 'ignore', openSync(logPath, 'w')],
  // In a group of its own, so that a Ctrl-C reaches it once, from here, and not a second time from the terminal.
  detached: true,
});
const ended = new Promise<number>(done => server.once('exit', code => done(code ?? 1)));
process.on('SIGINT', () => server.kill('SIGINT'));
process.on('SIGTERM', () => server.kill('SIGTERM'));
process.on('SIGHUP', () => server.kill('SIGTERM'));

const ready = await Promise.race([untilItAnswers(), ended.then(() => false)]);
if (ready) await introduce();
else console.error(readFileSync(logPath, 'utf8'));
const code = await ended;
process.exit(ready ? 0 : code);

async function ask<Reply>(...words: string[]): Promise<Reply> {
  const { stdout } = await execa(mpctl, [...words, '--json', ...where], { stderr: 'ignore' });
  return JSON.parse(stdout);
}

async function untilItAnswers(): Promise<boolean> {
  while (true) {
    const { exitCode, stdout } = await execa(mpctl, ['status', '--json', ...where], { reject: false });
    if (exitCode === 0 && !(JSON.parse(stdout) as ControlStatus).tenants.states.opening) return true;
    await sleep(50);
  }
}

async function introduce(): Promise<void> {
  const rows = await ask<TenantRow[]>('tenant', 'list');
  for (const row of rows) {
    const tenant = await ask<TenantReply>('tenant', 'show', row.name);
    if (row.messages === 0 && row.state === 'listening') await sendWelcome(tenant);
    console.log(describe(tenant));
  }
  console.log(
    'A browser opens pages that have an address. Those on unix sockets get one from a web server (mpctl proxy),\nor by listeners.http.bind in tenants.example.yaml, as where `open` stands above.\n',
  );
  console.log(`The log is in ${relative(root, logPath)}. Ctrl-C ends it all.`);
}

async function sendWelcome({ name, smtp }: TenantReply): Promise<void> {
  const mail = `From: mpctl <mpctl@example.test>
To: ${name}@example.test
Subject: Welcome to ${name}
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

This inbox belongs to ${name} alone. Whatever is sent to its SMTP socket
ends up here, whoever it is for, and goes nowhere else.
`;
  await execa(mpctl, ['sendmail', '-S', smtp[0] ?? '', '-f', 'mpctl@example.test'], { input: mail });
}

/** A tenant's sockets, and commands to paste. */
function describe({ name, state, error, smtp, http }: TenantReply): string {
  const here = (bind: string) => bind.replace(`unix:${root}/`, 'unix:');
  const page = http.find(bind => !bind.startsWith('unix:'));
  const socket = http.find(bind => bind.startsWith('unix:'))?.slice('unix:'.length);
  const lines = [
    `${name}: ${state}${error === '' ? '' : `, ${error}`}`,
    ...(page ? [`  open   http://${page}/`] : []),
    ...smtp.map(bind => `  smtp   ${here(bind)}`),
    ...http.map(bind => `  http   ${here(bind)}`),
  ];
  if (smtp[0]) {
    const mail = `'To: ${name}@example.test\\nSubject: Hello\\n\\nHello!\\n'`;
    lines.push(`  send   printf ${mail} | ${relative(root, mpctl)} sendmail -S ${here(smtp[0])}`);
  }
  if (socket) {
    lines.push(
      `  read   curl --unix-socket ${relative(root, socket)} http://localhost/api/v1/message/latest`,
    );
  }
  return `${lines.join('\n')}\n`;
}
