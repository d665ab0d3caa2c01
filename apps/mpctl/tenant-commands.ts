/** The commands for one tenant. Part of `commands.ts`. */
import type { Argument, Command } from './command.ts';
import { dryRun } from './dry-run.ts';

const tenant: Argument = { name: 'NAME', summary: 'the tenant', completes: 'tenant' };
const settings = 'a key of the tenants file with its value, e.g. maxMessages=1000 or smtp.maxRecipients=20';

export const tenantCommands: readonly Command[] = [
  {
    name: 'tenant add',
    summary: 'write a new tenant into the file and wait until it listens',
    arguments: [
      { name: 'NAME', summary: 'of a-z, 0-9 and "-", at most 32' },
      { name: 'KEY=VALUE', summary: settings, optional: true, repeated: true },
    ],
    options: [{ name: 'no-auth', summary: 'make no user for its page' }, dryRun],
    details:
      'Prints where it listens, settings for PHP, Symfony, Laravel and Nodemailer to paste, and how to read what comes. Where `proxy` is ' +
      'configured and nothing says who may read its page, it makes a user and a password, and shows them this once.',
    examples: ['mpctl tenant add project-a', 'mpctl tenant add project-b user=bob "label=Project B" --json'],
    load: async () => (await import('./commands/tenant-add.ts')).tenantAdd,
  },
  {
    name: 'tenant list',
    summary: 'list the tenants',
    details: 'They stand in the order of the tenants file, each included file behind it.',
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
];
