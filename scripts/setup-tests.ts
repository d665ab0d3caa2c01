/** Installs what the tests need of the system: Debian packages when root; else says what is missing and how to get it. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa, execaSync } from 'execa';

/** Debian package → a program, a file or a module of Perl (`perl:Name`) that shows that it is there */
const needed: Record<string, string> = {
  acl: 'setfacl',
  apache2: 'apache2',
  chromium: 'chromium',
  curl: 'curl',
  fish: 'fish',
  gcc: 'cc',
  'libc6-dev': '/usr/include/stdio.h',
  'libauthen-sasl-perl': 'perl:Authen::SASL',
  'libnet-ssleay-perl': 'perl:Net::SSLeay',
  msmtp: 'msmtp',
  nginx: 'nginx',
  openssl: 'openssl',
  'php-cli': 'php',
  'php-symfony-mailer': '/usr/share/php/Symfony/Component/Mailer/autoload.php',
  postfix: 'smtp-source',
  python3: 'python3',
  's-nail': 's-nail',
  swaks: 'swaks',
  systemd: 'systemd-notify',
  zsh: 'zsh',
};

const path = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`.split(delimiter);

function isThere(program: string): boolean {
  if (program.startsWith('/')) return existsSync(program);
  if (!program.startsWith('perl:')) return path.some(dir => existsSync(join(dir, program)));
  return execaSync('perl', [`-M${program.slice('perl:'.length)}`, '-e1'], { reject: false }).exitCode === 0;
}

const missing = Object.entries(needed).flatMap(([name, program]) => (isThere(program) ? [] : [name]));

if (missing.length > 0) {
  const apt = isThere('apt-get');
  if (!apt || process.getuid?.() !== 0) {
    console.error(`The tests need: ${missing.join(' ')}`);
    console.error(
      apt
        ? `Install them: sudo apt-get install ${missing.join(' ')}`
        : 'Install them with your package manager.',
    );
    process.exit(1);
  }
  console.error(`installing for the tests: ${missing.join(' ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await execa('apt-get', ['update'], { env, reject: false });
  // The tests start web servers of their own: the machine's ports stay as they are.
  const policy = '/usr/sbin/policy-rc.d';
  const guard = !existsSync(policy);
  if (guard) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await execa('apt-get', ['install', '-y', '--no-install-recommends', ...missing], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } finally {
    if (guard) rmSync(policy);
  }
}
