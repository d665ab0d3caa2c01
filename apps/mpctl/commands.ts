/** The table of commands: help, `docs/cli.md`, shell completion and `run.ts` are made from it. */
import type { Command } from './command.ts';
import { dryRun } from './dry-run.ts';
import { proxyCommands } from './proxy-commands.ts';
import { tenantCommands } from './tenant-commands.ts';

export const commands: readonly Command[] = [
  {
    name: 'serve',
    summary: 'run the fleet of the tenants file in the foreground',
    details:
      'SIGHUP reads the files again, SIGINT and SIGTERM end it: mail in progress has up to 10 seconds, ' +
      'a second signal ends it at once. The log goes to stderr. A tenants file that looks like an accident beside what ran ' +
      'last is held as it would have been then.',
    options: [{ name: 'confirm', summary: 'take the tenants file as it is, also where it would be held' }],
    examples: ['mpctl serve --config ./tenants.yaml --run-dir ./run --data-dir ./data'],
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  {
    name: 'check',
    summary: 'look for errors in the tenants file, and for what this machine does not allow',
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    name: 'plan',
    summary: 'say what `apply` would do',
    details: 'It ends with 0 when nothing would change, with 10 when something would.',
    load: async () => (await import('./commands/plan.ts')).plan,
  },
  {
    name: 'apply',
    summary: 'let the controller read the tenants file now',
    details:
      'The controller sees changes by itself within seconds; this waits until they are done, and ends with 1 where a tenant does not work.',
    options: [
      { name: 'confirm', summary: 'let through a change that was held because it looks like an accident' },
      { ...dryRun, summary: 'say what it would do, as `plan`' },
    ],
    load: async () => (await import('./commands/apply.ts')).apply,
  },
  {
    name: 'status',
    summary: 'say how the controller, its shards and its tenants are',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'doctor',
    summary: 'find why the web server or a tenant’s user cannot reach a socket',
    arguments: [
      { name: 'NAME', summary: 'a tenant; else all', optional: true, repeated: true, completes: 'tenant' },
    ],
    options: [{ name: 'as', value: 'USER', summary: 'look as this user at all sockets' }],
    details:
      'Root connects as each of them, with the groups that the running web server has; others compute what owners, ' +
      'modes and ACLs say. Below each finding stands the one command that mends it. It ends with 0 when all get in, ' +
      'with 1 when somebody does not.',
    examples: ['sudo mpctl doctor', 'sudo mpctl doctor project-a --as bob'],
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  ...tenantCommands,
  {
    name: 'backup',
    summary: 'write a backup of all tenants, while they run or not',
    arguments: [{ name: 'DIR', summary: 'the folder of all backups', completes: 'dir' }],
    details:
      'Each backup is a folder of its own in DIR, named for its time: every tenant as it was at one moment, and the ' +
      'tenants file. What has not changed since the last one there is linked to it and costs nothing; any of them may ' +
      "be removed. The daemon's user writes it. It ends with 1 when a tenant is missing in it, and says which.",
    examples: ['mpctl backup /var/backups/mpctl'],
    load: async () => (await import('./commands/backup.ts')).backup,
  },
  {
    name: 'restore',
    summary: 'bring tenants back as a backup has them, here or on another server',
    arguments: [
      {
        name: 'DIR',
        summary: 'the folder of all backups (the newest counts), or one of them',
        completes: 'dir',
      },
      { name: 'NAME', summary: 'a tenant; without one all of them', optional: true, repeated: true },
    ],
    options: [
      { name: 'overwrite', summary: 'for tenants that are there: what they have now goes into the trash' },
    ],
    details:
      'A tenant that is not in the tenants file is added to it with the lines that it had, and with its old maxMessages, maxAge and maxBytes where the defaults here would keep less.',
    examples: [
      'mpctl restore /var/backups/mpctl project-a',
      'mpctl restore /mnt/2026-11-21T031500Z --overwrite',
    ],
    load: async () => (await import('./commands/restore.ts')).restore,
  },
  ...proxyCommands,
  {
    name: 'sendmail',
    summary: 'hand a mail from stdin to a tenant, as the program sendmail does',
    arguments: [
      {
        name: 'RECIPIENT',
        summary: 'an address; without one To, Cc and Bcc count',
        optional: true,
        repeated: true,
      },
    ],
    options: [
      {
        name: 'smtp-addr',
        short: 'S',
        value: 'ADDRESS',
        summary: 'host:port or unix:PATH (MP_SENDMAIL_SMTP_ADDR; localhost:1025)',
      },
      { name: 'from', short: 'f', value: 'ADDRESS', summary: 'the sender (MP_SENDMAIL_FROM; user@host)' },
    ],
    details:
      'With -bs it speaks SMTP on stdin and stdout. Any other option of the program sendmail (-t, -i, -oi, -odb, -N x, …) is taken and changes nothing. ' +
      'A link to mpctl whose name contains "send" is this command. ' +
      'It ends with 0 when the mail was taken, 11 when stdin is no mail, 1 when it could not be sent.',
    examples: [
      'mpctl sendmail -S unix:/run/mailpit/project-a/smtp.sock you@example.test < mail.eml',
      'php -d sendmail_path="mpctl sendmail -t -i -S unix:/run/mailpit/project-a/smtp.sock" -r \'mail("you@example.test", "hi", "text");\'',
    ],
    readsArguments: true,
    load: async () => {
      const { sendmail } = await import('./commands/sendmail.ts');
      return input => sendmail(input.args, 1);
    },
  },
  {
    name: 'run',
    summary: 'one sandbox in the foreground, without a tenants file',
    details:
      "Takes Mailpit's own flags and MP_* variables as far as their features are here, and refuses the others by " +
      'name. Without --smtp and --listen it listens on [::]:1025 and [::]:8025.',
    examples: [
      "mpctl run --listen unix:./http.sock:660 --smtp '[::]:1025'",
      'MP_MAX_MESSAGES=100 mpctl run --label "Build 7"',
    ],
    readsArguments: true,
    more: async () => (await import('./alone/render-flags.ts')).renderFlags(),
    load: async () => (await import('./commands/run.ts')).runAlone,
  },
  {
    name: 'completion',
    summary: 'print completion for a shell',
    arguments: [{ name: 'SHELL', summary: 'bash, zsh or fish', completes: ['bash', 'zsh', 'fish'] }],
    examples: [
      'source <(mpctl completion bash)',
      'mpctl completion fish > ~/.config/fish/completions/mpctl.fish',
    ],
    load: async () => (await import('./commands/completion.ts')).completion,
  },
  {
    name: 'help',
    summary: 'say how to use a command',
    arguments: [{ name: 'COMMAND', summary: 'one or two words', optional: true, repeated: true }],
    load: async () => {
      const { help } = await import('./commands/help.ts');
      return input => help(input, commands);
    },
  },
  {
    name: 'version',
    summary: 'print the version',
    load: async () => (await import('./commands/version.ts')).version,
  },
  {
    name: 'parse-tenants',
    summary: 'print what the tenants file says, read in a process of its own',
    options: [{ name: 'pretty', summary: 'the log is for people where the file does not say' }],
    hidden: true,
    load: async () => (await import('./commands/parse-tenants.ts')).parseTenants,
  },
  {
    name: 'complete',
    summary: 'print what could stand where the cursor is',
    arguments: [{ name: 'WORD', summary: 'what was typed so far', optional: true, repeated: true }],
    hidden: true,
    load: async () => {
      const { complete } = await import('./commands/complete.ts');
      return input => complete(input, commands);
    },
  },
];
