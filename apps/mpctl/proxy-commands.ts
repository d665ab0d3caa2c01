/** The commands for the web server in front. Part of `commands.ts`. */
import type { Command } from './command.ts';
import { dryRun } from './dry-run.ts';

export const proxyCommands: readonly Command[] = [
  {
    name: 'proxy status',
    summary: 'say what the web server serves, and what it should',
    load: async () => (await import('./commands/proxy-status.ts')).proxyStatus,
  },
  {
    name: 'proxy diff',
    summary: 'show what `proxy apply` would change',
    details: 'It ends with 0 when nothing would change, with 10 when something would.',
    load: async () => (await import('./commands/proxy-diff.ts')).proxyDiff,
  },
  {
    name: 'proxy apply',
    summary: 'write for nginx or Apache, check, reload, and see it served',
    options: [
      dryRun,
      { name: 'no-reload', summary: 'stop after the check; the next `proxy apply` goes on' },
      { name: 'overwrite', summary: 'write over files that somebody edited; theirs are kept beside' },
    ],
    details:
      'Whatever fails, what was served before is served after, and it ends with 8; the refused text is kept for reading. ' +
      'It ends with 1 where somebody edited a file, or where the web server does not serve what stood there already, ' +
      'and with 6 where it is served but for a tenant that cannot be.',
    load: async () => (await import('./commands/proxy-apply.ts')).proxyApply,
  },
  {
    name: 'proxy render',
    summary: 'print all that nginx or Apache would get',
    load: async () => (await import('./commands/proxy-render.ts')).proxyRender,
  },
  {
    name: 'proxy init',
    summary: 'print what is to do once: the include line, and the rights to give',
    load: async () => (await import('./commands/proxy-init.ts')).proxyInit,
  },
  {
    name: 'render systemd',
    summary: 'print the units with which root applies `proxy` for a daemon that may not',
    load: async () => (await import('./commands/render-systemd.ts')).renderSystemd,
  },
];
