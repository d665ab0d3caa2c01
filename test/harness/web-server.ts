/**
 * A real nginx or Apache for a test: unprivileged, in a folder of its own, on free ports of the loopback address. It
 * takes in `<outputDir>/current/*.conf` as an operator's would.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxyServer } from '../../libs/spec/proxy-spec.ts';
import { freePorts } from './free-port.ts';

/** Root starts it as Debian's web server user; anybody else as themselves. */
export const webUser = process.getuid?.() === 0 ? { uid: 33, gid: 33 } : {};
const asWebUser = process.getuid?.() === 0 ? ['setpriv', '--reuid=33', '--regid=33', '--clear-groups'] : [];

export type WebServer = {
  readonly port: number;
  readonly tlsPort: number;
  readonly outputDir: string;
  readonly checkCommand: readonly string[];
  readonly reloadCommand: readonly string[];
  start(): Promise<void>;
  stop(): Promise<void>;
  pid(): number;
  errorLog(): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
};

export type WebServerOptions = {
  readonly server: ProxyServer;
  /** Its folder; `mpctl` in it becomes the output folder. */
  readonly dir: string;
  /** Directives of the operator: in nginx's http block, in Apache's main file. */
  readonly extra?: (at: { port: number; dir: string }) => string;
  /** Runs when the output folder is there and the server is not; what it returns runs after the server. */
  readonly prepare?: (dir: string) => Promise<() => Promise<unknown>>;
  /** What runs the server, e.g. `prlimit --nofile=60`. */
  readonly wrap?: readonly string[];
  /** Root starts it and this user's processes serve, as usual on a server; else all of it is one user's. */
  readonly workers?: string;
};

export async function prepareWebServer(options: WebServerOptions): Promise<WebServer> {
  const { server, dir } = options;
  const [port = 0, tlsPort = 0] = await freePorts(2);
  const outputDir = join(dir, 'mpctl');
  await mkdir(join(dir, 'state'), { recursive: true });
  await mkdir(outputDir, { recursive: true });
  await chmod(dir, 0o755);
  const clean = await options.prepare?.(dir);
  if (webUser.uid && !options.workers) await chown(join(dir, 'state'), webUser.uid, webUser.gid);
  const main = join(dir, `${server}.conf`);
  const extra = options.extra?.({ port, dir }) ?? '';
  const text = (server === 'nginx' ? nginxMain : apacheMain)(dir, outputDir, extra, port, tlsPort);
  await writeFile(main, `${workersLine(server, options.workers)}${text}`);

  const program =
    server === 'nginx'
      ? ['/usr/sbin/nginx', '-e', join(dir, 'state/error.log'), '-c', main]
      : ['/usr/sbin/apache2', '-f', main];
  const command = [...(options.workers ? [] : asWebUser), ...program];
  let child: ChildProcess | undefined;

  const stop = async () => {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise(resolve => child?.once('exit', resolve));
    child.kill('SIGTERM');
    await exited;
  };
  return {
    port,
    tlsPort,
    outputDir,
    checkCommand: [...command, '-t'],
    reloadCommand: server === 'nginx' ? [...command, '-s', 'reload'] : [...command, '-k', 'graceful'],
    pid: () => child?.pid ?? 0,
    async start() {
      const foreground = server === 'nginx' ? ['-g', 'daemon off;'] : ['-DFOREGROUND'];
      const [file = '', ...args] = [...(options.wrap ?? []), ...command, ...foreground];
      child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'] });
      for (let attempt = 0; !(await answers(port)); attempt++) {
        if (child.exitCode !== null || attempt > 500) throw new Error(`${server} does not start`);
        await sleep(10);
      }
    },
    stop,
    errorLog: () => readFile(join(dir, 'state/error.log'), 'utf8'),
    async [Symbol.asyncDispose]() {
      await stop();
      await clean?.();
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function workersLine(server: ProxyServer, name: string | undefined): string {
  if (name === undefined) return '';
  return server === 'nginx' ? `user ${name};\n` : `User ${name}\nGroup ${name}\n`;
}

function nginxMain(dir: string, outputDir: string, extra: string, port: number): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `worker_processes 1;
pid ${dir}/state/nginx.pid;
error_log ${dir}/state/error.log;
events { worker_connections 512; }
http {
  access_log ${dir}/state/access.log;
  ${temp.map(name => `${name}_temp_path ${dir}/state/${name};`).join('\n  ')}
  include ${outputDir}/current/*.conf;
  # keeps the address open while there is nothing else
  server { listen 127.0.0.1:${port}; server_name operator.invalid; return 404; }
  ${extra}
}
`;
}

function apacheMain(dir: string, outputDir: string, extra: string, port: number, tlsPort: number): string {
  const modules = ['mpm_event', 'authz_core', 'alias', 'headers', 'proxy', 'proxy_http', 'rewrite', 'ssl'];
  return `ServerRoot ${dir}
${modules.map(name => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
DefaultRuntimeDir ${dir}/state
PidFile ${dir}/state/apache.pid
ErrorLog ${dir}/state/error.log
Mutex posixsem
ServerName operator.invalid
Listen 127.0.0.1:${port}
Listen 127.0.0.1:${tlsPort}
StartServers 1
ServerLimit 2
ThreadsPerChild 32
MaxRequestWorkers 64
IncludeOptional ${outputDir}/current/*.conf
${extra}
`;
}
