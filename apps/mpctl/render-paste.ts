import { sendmailSettings } from '../../libs/wire/sendmail-settings.ts';

/** A tenant's, as in the tenants file. */
type Binds = { readonly smtp: readonly string[]; readonly http: readonly string[] };

/** Settings for the usual mail programs, ready to paste: and how to read what they sent. `program` is the path of mpctl. */
export function renderPaste({ smtp, http }: Binds, program: string): string {
  const address = smtp.find(bind => bind.startsWith('unix:')) ?? smtp[0];
  if (address === undefined) return '';
  const { command, php, symfony, laravel } = sendmailSettings(program, address);
  const rows = [
    ['php.ini', php],
    ['Symfony', symfony],
    ['Laravel', laravel.join(' ')],
    ['Nodemailer', nodemailer(address)],
    ['shell', `${command} you@example.test < mail.eml`],
    ...readRows(http),
  ];
  return rows.map(([name = '', line]) => `  ${name.padEnd(12)}${line}`).join('\n');
}

/** The page by its address where it has one; the last mail by a socket, or by that address. */
function readRows(http: readonly string[]): [string, string][] {
  const address = http.find(bind => !bind.startsWith('unix:'));
  const socket = http.find(bind => bind.startsWith('unix:'))?.slice('unix:'.length);
  // One that listens on all addresses is asked on this machine.
  const site = `http://${address?.replace(/^(\[::\]|0\.0\.0\.0)(?=:\d+$)/, 'localhost')}`;
  const latest = 'api/v1/message/latest';
  const rows: [string, string][] = address ? [['open', `${site}/`]] : [];
  if (socket) rows.push(['read', `curl --unix-socket ${socket} http://localhost/${latest}`]);
  else if (address) rows.push(['read', `curl ${site}/${latest}`]);
  return rows;
}

function nodemailer(address: string): string {
  if (!address.startsWith('unix:')) return `createTransport('smtp://${address}')`;
  const path = address.slice('unix:'.length);
  return `createTransport({ getSocket: (_, done) => done(null, { connection: net.connect('${path}') }) })`;
}
