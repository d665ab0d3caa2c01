/** The table of commands: help, `docs/cli.md`, shell completion and `run.ts` are made from it. */
import type { Argument, Command, Option } from './command.ts';

const tenant: Argument = { name: 'NAME', summary: 'the tenant', completes: 'tenant' };
const dryRun: Option = {
  name: 'dry-run',
  short: 'n',
  summary: 'show what would be written and done, and do nothing',
};
const settings = 'a key of the tenants file with its value, e.g. maxMessages=1000 or smtp.maxRecipients=20';

export const commands: readonly Command[] = [
  {
    name: 'serve',
    summary: 'run the fleet of the tenants file in the foreground',
    details:
      'SIGHUP reads the files again, SIGINT and SIGTERM end it: mail in progress has up to 10 seconds, ' +
      'a second signal ends it at once. The log goes to stderr.',
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
  {
    name: 'tenant add',
    summary: 'write a new tenant into the file and wait until it listens',
    arguments: [
      { name: 'NAME', summary: 'of a-z, 0-9 and "-", at most 32' },
      { name: 'KEY=VALUE', summary: settings, optional: true, repeated: true },
    ],
    options: [{ name: 'no-auth', summary: 'make no user for its page' }, dryRun],
    details:
      'Prints where it listens and settings for PHP, Symfony, Laravel and Nodemailer to paste. Where `proxy` is ' +
      'configured and nothing says who may read its page, it makes a user and a password, and shows them this once.',
    examples: ['mpctl tenant add project-a', 'mpctl tenant add project-b user=bob "label=Project B" --json'],
    load: async () => (await import('./commands/tenant-add.ts')).tenantAdd,
  },
  {
    name: 'tenant list',
    summary: 'list the tenants',
    options: [{ name: 'quiet', short: 'q', summary: 'names only' }],
    load: async () => (await import('./commands/tenant-list.ts')).tenantList,
  },
  {
    name: 'tenant show',
    summary: 'say all about a tenant',
    arguments: [tenant],
    details:
      'With --json it is {name, uid, state, error, smtp, http, pop3, url, access, issues, shard, messages, bytes, ' +
      'connections, counters, settings}: the three protocols have lists of binds, `counters` count since the tenant ' +
      'started, and `settings` are its keys as in the tenants file, defaults filled in and hashes hidden.',
    load: async () => (await import('./commands/tenant-show.ts')).tenantShow,
  },
  {
    name: 'tenant sessions',
    summary: 'show what was said in the last SMTP sessions of a tenant',
    arguments: [tenant],
    options: [{ name: 'last', value: 'N', summary: 'the newest N only' }],
    details:
      'Commands and replies with the seconds since the session began; "!" stands before what was refused. Passwords and ' +
      'mail are never in it. The newest 16 KiB of a tenant are kept, in memory.',
    examples: ['mpctl tenant sessions project-a --last 1'],
    load: async () => (await import('./commands/tenant-sessions.ts')).tenantSessions,
  },
  {
    name: 'tenant set',
    summary: 'change settings of a tenant',
    arguments: [tenant, { name: 'KEY=VALUE', summary: settings, optional: true, repeated: true }],
    options: [
      { name: 'unset', value: 'KEY', summary: 'take the key out, so that its default holds', repeated: true },
      dryRun,
    ],
    examples: [
      'mpctl tenant set project-a maxMessages=1000 maxAge=30d',
      'mpctl tenant set project-a --unset maxAge',
    ],
    load: async () => (await import('./commands/tenant-set.ts')).tenantSet,
  },
  {
    name: 'tenant passwd',
    summary: 'give a user of a tenant a new password, or make the user',
    arguments: [tenant],
    options: [
      { name: 'user', short: 'u', value: 'USER', summary: 'whose; else the only one, or one called NAME' },
      {
        name: 'for',
        value: 'LIST',
        summary: 'where it counts: ui, smtp, pop3 or sendApi; else where the user is known, or ui',
        repeated: true,
        completes: ['ui', 'smtp', 'pop3', 'sendApi'],
      },
      { name: 'password-stdin', summary: 'take it from stdin instead of making one' },
    ],
    details:
      'A password that it makes is shown this once; the tenants file gets its hash. It counts at once and ends no ' +
      'connection. With --password-stdin a terminal is asked twice.',
    examples: [
      'mpctl tenant passwd project-a',
      'printf %s "$PASSWORD" | mpctl tenant passwd project-b --user ann --for smtp --password-stdin',
    ],
    load: async () => (await import('./commands/tenant-passwd.ts')).tenantPasswd,
  },
  {
    name: 'tenant rename',
    summary: 'give a tenant another name; it keeps its mail',
    arguments: [tenant, { name: 'NEW', summary: 'its new name' }],
    options: [dryRun],
    load: async () => (await import('./commands/tenant-rename.ts')).tenantRename,
  },
  {
    name: 'tenant remove',
    summary: 'end a tenant and take it out of the file',
    arguments: [tenant],
    options: [{ name: 'yes', short: 'y', summary: 'do not ask for the name again' }, dryRun],
    details:
      'It asks for the name once more; without a terminal it needs --yes. Its mail lies in the trash for a while ' +
      '(`trash` in the tenants file, 7 days), and `tenant restore` brings it back.',
    load: async () => (await import('./commands/tenant-remove.ts')).tenantRemove,
  },
  {
    name: 'tenant restore',
    summary: 'bring a removed tenant back from the trash, with its mail',
    arguments: [{ name: 'NAME', summary: 'the name that it had' }],
    options: [
      { name: 'uid', value: 'UID', summary: 'which one, where several of that name left; else the last' },
    ],
    details: '`mpctl status` lists what is in the trash. What `mpctl backup` wrote is for `mpctl restore`.',
    load: async () => (await import('./commands/tenant-restore.ts')).tenantRestore,
  },
  {
    name: 'tenant suspend',
    summary: 'make a tenant answer everybody that it is suspended',
    arguments: [tenant],
    options: [dryRun],
    load: async () => (await import('./commands/tenant-suspend.ts')).tenantSuspend,
  },
  {
    name: 'tenant resume',
    summary: 'make a suspended tenant serve again',
    arguments: [tenant],
    options: [dryRun],
    load: async () => (await import('./commands/tenant-resume.ts')).tenantResume,
  },
  {
    name: 'tenant repair',
    summary: 'make a new database of what can be read of a damaged one',
    arguments: [tenant],
    details:
      'The damaged file is kept beside the new one, and what was lost is told. A database that a newer mpctl has changed is replaced by the copy from before that. Who connects meanwhile waits.',
    load: async () => (await import('./commands/tenant-repair.ts')).tenantRepair,
  },
  {
    name: 'tenant export',
    summary: 'write all mail of a tenant into one file',
    arguments: [tenant, { name: 'PATH', summary: 'the file, which is not there yet', completes: 'file' }],
    options: [
      { name: 'format', value: 'FORMAT', summary: 'archive, the only one so far', completes: ['archive'] },
    ],
    details:
      "A tar, compressed by gzip: each mail as it is in mail/*.eml, and manifest.json with what its bytes do not say. The daemon's user writes it.",
    examples: ['mpctl tenant export project-a project-a.tar.gz'],
    load: async () => (await import('./commands/tenant-export.ts')).tenantExport,
  },
  {
    name: 'tenant import',
    summary: 'take the mail of an archive into a tenant',
    arguments: [tenant, { name: 'PATH', summary: 'what `tenant export` wrote', completes: 'file' }],
    options: [{ name: 'allow-prune', summary: 'although the limits will remove the oldest mail' }],
    details:
      'Mail keeps its id, time, tags and whether it was read; one whose id is there is left out. It ends with 7 and takes nothing when the limits of the tenant would remove mail.',
    examples: ['mpctl tenant import project-b project-a.tar.gz'],
    load: async () => (await import('./commands/tenant-import.ts')).tenantImport,
  },
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
    details: 'A tenant that is not in the tenants file is added to it with the lines that it had.',
    examples: [
      'mpctl restore /var/backups/mpctl project-a',
      'mpctl restore /mnt/2026-11-21T031500Z --overwrite',
    ],
    load: async () => (await import('./commands/restore.ts')).restore,
  },
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
