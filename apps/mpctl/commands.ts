/** The table of commands: help, `docs/cli.md`, shell completion and `run.ts` are made from it. */
import type { Command } from './command.ts';

export const commands: readonly Command[] = [
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
