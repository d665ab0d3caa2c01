/** What to paste where a program hands its mail to a command; every place that shows it shows this. */
export type SendmailSettings = {
  /** Reads a mail from stdin; recipients may follow. */
  readonly command: string;
  /** A line of php.ini. */
  readonly php: string;
  /** A line of .env. */
  readonly symfony: string;
  /** Lines of .env. */
  readonly laravel: readonly string[];
};

/**
 * `program` is mpctl's name or path, `address` an SMTP address as `sendmail -S` takes it. Symfony's mailer, which is
 * Laravel's too, speaks SMTP with the command (`-bs`): so the envelope is its own, Bcc included, and where the server
 * refuses, the exception holds the server's words. PHP's `mail()` cannot.
 */
export function sendmailSettings(program: string, address: string): SendmailSettings {
  const command = `${program} sendmail -S ${address}`;
  return {
    command,
    php: `sendmail_path = "${command} -t -i"`,
    symfony: `MAILER_DSN="sendmail://default?command=${encodeURIComponent(`${command} -bs`)}"`,
    laravel: ['MAIL_MAILER=sendmail', `MAIL_SENDMAIL_PATH="${command} -bs -i"`],
  };
}
