/** Settings for the usual mail programs, ready to paste: `smtp` are a tenant's binds, `program` the path of mpctl. */
export function renderPaste(smtp: readonly string[], program: string): string {
  const address = smtp.find(bind => bind.startsWith('unix:')) ?? smtp[0];
  if (address === undefined) return '';
  const sendmail = `${program} sendmail -S ${address}`;
  const rows = [
    ['php.ini', `sendmail_path = "${sendmail} -t -i"`],
    ['Symfony', `MAILER_DSN="sendmail://default?command=${encodeURIComponent(`${sendmail} -bs`)}"`],
    ['Laravel', `MAIL_MAILER=sendmail MAIL_SENDMAIL_PATH="${sendmail} -bs -i"`],
    ['Nodemailer', nodemailer(address)],
    ['shell', `${sendmail} you@example.test < mail.eml`],
  ];
  return rows.map(([name = '', line]) => `  ${name.padEnd(12)}${line}`).join('\n');
}

function nodemailer(address: string): string {
  if (!address.startsWith('unix:')) return `createTransport('smtp://${address}')`;
  const path = address.slice('unix:'.length);
  return `createTransport({ getSocket: (_, done) => done(null, { connection: net.connect('${path}') }) })`;
}
