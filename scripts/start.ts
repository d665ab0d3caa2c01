/**
 * `npm start`: the whole thing on tenants.example.yaml, everything under .run/, as any user. Sends each tenant a first
 * mail, says where everything is, and ends with Ctrl-C.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, renameSync } from 'node:fs';
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
// The log of the last start may say why it ended.
if (existsSync(logPath)) renameSync(logPath, `${logPath}.before`);
const server = spawn(mpctl, ['serve', ...where], {
  stdio: ['ignore', 'ignore', openSync(logPath, 'w')],
  // In a group of its own, so that a Ctrl-C reaches it once, from here, and not a second time from the terminal.
  detached: true,
});
let isAsked = false;
const ended = new Promise<number>(done =>
  server.once('exit', (code, signal) => {
    if (!isAsked) console.error(`mpctl ended by itself (${signal ?? code}): see ${relative(root, logPath)}`);
    done(code ?? 1);
  }),
);
const end = (signal: NodeJS.Signals) => {
  isAsked = true;
  server.kill(signal);
};
process.on('SIGINT', () => end('SIGINT'));
process.on('SIGTERM', () => end('SIGTERM'));
process.on('SIGHUP', () => end('SIGTERM'));

const ready = await Promise.race([untilItAnswers(), ended.then(() => false)]);
if (ready) await introduce();
else console.error(readFileSync(logPath, 'utf8'));
const code = await ended;
process.exit(ready && isAsked ? 0 : code);

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
    const isThere = tenant.smtp.some(bind => !isLost(tenant, bind));
    if (row.messages === 0 && isThere) await sendWelcome(tenant);
    console.log(describe(tenant));
  }
  console.log(
    'A browser opens pages that have an address. Those on unix sockets get one from a web server (mpctl proxy),\nor by a listener of their own in tenants.example.yaml, as the one called `web` there.\n',
  );
  const options = where.map(word => (word.startsWith('/') ? relative(root, word) : word)).join(' ');
  console.log(`Other commands: ${relative(root, mpctl)} COMMAND ${options}, e.g. status or tenant list.`);
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

/** What cannot be bound is named by the error. */
function isLost({ error }: TenantReply, bind: string): boolean {
  const port = /:(\d+)$/.exec(bind)?.[1];
  return error.includes(port === undefined ? bind.replace(/^unix:/, '') : `port ${port}`);
}

/** A tenant's sockets, and commands to paste. */
function describe(tenant: TenantReply): string {
  const { name, state, error, smtp, http } = tenant;
  const here = (bind: string) => bind.replace(`unix:${root}/`, 'unix:');
  const page = http.find(bind => !bind.startsWith('unix:'));
  const socket = http.find(bind => bind.startsWith('unix:'))?.slice('unix:'.length);
  const lines = [
    `${name}: ${state}${error === '' ? '' : `, ${error}`}`,
    ...(page && !isLost(tenant, page) ? [`  open   http://${page}/`] : []),
    ...(page && isLost(tenant, page) ? ['  choose another port for it in tenants.example.yaml'] : []),
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
