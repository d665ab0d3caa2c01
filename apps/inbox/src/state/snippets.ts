/** Settings to paste: how each of these sends its mail to this tenant. */
import { sendmailSettings } from '../../../../libs/wire/sendmail-settings.ts';
import type { Reachable } from './api-shapes.ts';

/** One address of an SMTP listener, with what is needed to use it. */
export type MailTarget = {
  /** Path of the unix socket; empty: TCP. */
  readonly socket: string;
  readonly host: string;
  readonly port: number;
  readonly tls: Reachable['TLS'];
  /** Empty: no login is wanted. */
  readonly user: string;
  readonly wantsLogin: boolean;
};

export type Snippet = { readonly name: string; readonly text: string };

/** Every way to reach an SMTP listener, TCP first: more programs speak it. */
export function mailTargets(listeners: readonly Reachable[]): MailTarget[] {
  const targets = listeners
    .filter(({ Protocol }) => Protocol === 'smtp')
    .flatMap(({ TLS, Login, Users, Addresses }) =>
      Addresses.map(({ Socket, Host, Port }) => ({
        socket: Socket,
        host: Host,
        port: Port,
        tls: TLS,
        user: Users[0] ?? '',
        wantsLogin: Login === 'required',
      })),
    );
  return targets.toSorted((a, b) => Number(a.socket !== '') - Number(b.socket !== ''));
}

/** How people name it: `host:port`, or the socket's path. */
export function targetName({ socket, host, port }: MailTarget): string {
  return socket || `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const password = 'YOUR-PASSWORD';

/** What to paste where for a target; a password is never known here. */
export function snippetsFor(target: MailTarget): readonly Snippet[] {
  return target.socket === '' ? overTcp(target) : overSocket(target.socket);
}

function overTcp({ host, port, tls, user, wantsLogin }: MailTarget): readonly Snippet[] {
  const login = wantsLogin ? user || 'USER' : '';
  const implicit = tls === 'implicit';
  const lines = (...all: (string | false)[]) => all.filter(line => line !== false).join('\n');
  const scheme = implicit ? 'smtps' : 'smtp';
  const urlHost = host.includes(':') ? `[${host}]` : host;
  const urlLogin = login === '' ? '' : `${encodeURIComponent(login)}:${password}@`;
  return [
    {
      name: 'Laravel',
      text: lines(
        'MAIL_MAILER=smtp',
        implicit && 'MAIL_SCHEME=smtps',
        `MAIL_HOST=${host}`,
        `MAIL_PORT=${port}`,
        `MAIL_USERNAME=${login || 'null'}`,
        `MAIL_PASSWORD=${login ? password : 'null'}`,
      ),
    },
    { name: 'Symfony', text: `MAILER_DSN=${scheme}://${urlLogin}${urlHost}:${port}` },
    {
      name: 'PHP',
      text: lines(
        '; php.ini',
        sendmailSettings('mpctl', `${urlHost}:${port}`).php,
        '; on Windows PHP speaks SMTP itself (no login, no TLS):',
        `; SMTP = ${host}`,
        `; smtp_port = ${port}`,
      ),
    },
    {
      name: 'WordPress',
      text: lines(
        "// wp-content/mu-plugins/mail.php, after '<?php'",
        "add_action('phpmailer_init', function ($mailer) {",
        '    $mailer->isSMTP();',
        `    $mailer->Host = '${host}';`,
        `    $mailer->Port = ${port};`,
        tls === 'none' && '    $mailer->SMTPAutoTLS = false;',
        tls !== 'none' && `    $mailer->SMTPSecure = '${implicit ? 'ssl' : 'tls'}';`,
        login !== '' && '    $mailer->SMTPAuth = true;',
        login !== '' && `    $mailer->Username = '${login}';`,
        login !== '' && `    $mailer->Password = '${password}';`,
        '});',
      ),
    },
    {
      name: 'Node',
      text: lines(
        "import nodemailer from 'nodemailer';",
        'const transport = nodemailer.createTransport({',
        `  host: '${host}',`,
        `  port: ${port},`,
        `  secure: ${implicit},`,
        tls === 'none' && '  ignoreTLS: true,',
        login !== '' && `  auth: { user: '${login}', pass: '${password}' },`,
        '});',
      ),
    },
    {
      name: 'Python',
      text: lines(
        'import smtplib',
        `with smtplib.SMTP${implicit ? '_SSL' : ''}('${host}', ${port}) as server:`,
        tls === 'starttls' && '    server.starttls()',
        login !== '' && `    server.login('${login}', '${password}')`,
        "    server.sendmail('app@example.com', ['you@example.com'], 'Subject: Hello\\n\\nIt works.\\n')",
      ),
    },
    {
      name: 'Django',
      text: lines(
        `EMAIL_HOST = '${host}'`,
        `EMAIL_PORT = ${port}`,
        login !== '' && `EMAIL_HOST_USER = '${login}'`,
        login !== '' && `EMAIL_HOST_PASSWORD = '${password}'`,
        tls === 'starttls' && 'EMAIL_USE_TLS = True',
        implicit && 'EMAIL_USE_SSL = True',
      ),
    },
    {
      name: 'Rails',
      text: lines(
        'config.action_mailer.delivery_method = :smtp',
        'config.action_mailer.smtp_settings = {',
        `  address: '${host}',`,
        `  port: ${port},`,
        tls === 'starttls' && '  enable_starttls: true,',
        tls === 'none' && '  enable_starttls: false,',
        implicit && '  tls: true,',
        login !== '' && `  user_name: '${login}', password: '${password}', authentication: :plain,`,
        '}',
      ),
    },
    {
      name: 'Spring',
      text: lines(
        `spring.mail.host=${host}`,
        `spring.mail.port=${port}`,
        login !== '' && `spring.mail.username=${login}`,
        login !== '' && `spring.mail.password=${password}`,
        login !== '' && 'spring.mail.properties.mail.smtp.auth=true',
        tls === 'starttls' && 'spring.mail.properties.mail.smtp.starttls.enable=true',
        implicit && 'spring.mail.properties.mail.smtp.ssl.enable=true',
      ),
    },
    {
      name: '.NET',
      text: lines(
        '// MailKit',
        'using var client = new SmtpClient();',
        `await client.ConnectAsync("${host}", ${port}, SecureSocketOptions.${
          implicit ? 'SslOnConnect' : tls === 'starttls' ? 'StartTls' : 'None'
        });`,
        login !== '' && `await client.AuthenticateAsync("${login}", "${password}");`,
      ),
    },
    {
      name: 'Go',
      text: lines(
        login === ''
          ? 'var auth smtp.Auth // no login is wanted'
          : `auth := smtp.PlainAuth("", "${login}", "${password}", "${host}")`,
        `err := smtp.SendMail("${urlHost}:${port}", auth, "app@example.com",`,
        '    []string{"you@example.com"}, []byte("Subject: Hello\\r\\n\\r\\nIt works.\\r\\n"))',
      ),
    },
    {
      name: 'swaks',
      text: `swaks --server ${urlHost} --port ${port} --from app@example.com --to you@example.com${
        tls === 'starttls' ? ' --tls' : implicit ? ' --tls-on-connect' : ''
      }${login === '' ? '' : ` --auth-user ${login} --auth-password ${password}`}`,
    },
    {
      name: 'curl',
      text: lines(
        `printf 'Subject: Hello\\r\\n\\r\\nIt works.\\r\\n' | curl ${scheme}://${urlHost}:${port} \\`,
        `  ${tls === 'starttls' ? '--ssl-reqd ' : ''}${
          login === '' ? '' : `--user '${login}:${password}' `
        }--mail-from app@example.com --mail-rcpt you@example.com -T -`,
      ),
    },
  ];
}

/** Few libraries take the path of a socket: most are given one that stands already, or hand their mail to a command. */
function overSocket(path: string): readonly Snippet[] {
  const { command, php, symfony, laravel } = sendmailSettings('mpctl', `unix:${path}`);
  return [
    { name: 'Laravel', text: laravel.join('\n') },
    { name: 'Symfony', text: symfony },
    { name: 'PHP', text: `; php.ini, or the pool's php_admin_value\n${php}` },
    { name: 'WordPress', text: `; php.ini of the site: WordPress uses PHP's mail()\n${php}` },
    {
      name: 'Node',
      text: [
        "import { connect } from 'node:net';",
        "import nodemailer from 'nodemailer';",
        'const transport = nodemailer.createTransport({',
        `  getSocket: (_, done) => done(null, { connection: connect('${path}') }),`,
        '  ignoreTLS: true,',
        '});',
      ].join('\n'),
    },
    {
      name: 'Python',
      text: [
        ...pythonClient(path),
        '',
        "with UnixSMTP('localhost') as server:",
        "    server.sendmail('app@example.com', ['you@example.com'], 'Subject: Hello\\n\\nIt works.\\n')",
      ].join('\n'),
    },
    {
      name: 'Django',
      text: [
        "# settings.py: EMAIL_BACKEND = 'unix_mail.EmailBackend'; in unix_mail.py:",
        'from django.core.mail.backends import smtp',
        ...pythonClient(path),
        '',
        'class EmailBackend(smtp.EmailBackend):',
        '    connection_class = UnixSMTP',
      ].join('\n'),
    },
    {
      name: 'Rails',
      text: [
        'config.action_mailer.delivery_method = :sendmail',
        'config.action_mailer.sendmail_settings = {',
        "  location: '/usr/bin/env',",
        `  arguments: %w[${command} -t -i],`,
        '}',
      ].join('\n'),
    },
    {
      name: 'Go',
      text: [
        `conn, err := net.Dial("unix", "${path}")`,
        '// handle err; the same after each of these',
        'client, err := smtp.NewClient(conn, "localhost")',
        'err = client.Mail("app@example.com")',
        'err = client.Rcpt("you@example.com")',
        'data, err := client.Data()',
        '_, err = io.WriteString(data, "Subject: Hello\\r\\n\\r\\nIt works.\\r\\n")',
        'err = data.Close()',
        'err = client.Quit()',
      ].join('\n'),
    },
    {
      name: '.NET',
      text: [
        '// MailKit',
        'using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);',
        `await socket.ConnectAsync(new UnixDomainSocketEndPoint("${path}"));`,
        'using var client = new SmtpClient();',
        'await client.ConnectAsync(socket, "localhost", 25, SecureSocketOptions.None);',
      ].join('\n'),
    },
    {
      name: 'Spring',
      text: [
        '# Speaks TCP only: whoever runs this server can give the inbox an address beside its socket,',
        `# in tenants.yaml: listeners: { smtp: { bind: ["unix:${path}", "127.0.0.1:2525"] } }`,
      ].join('\n'),
    },
    { name: 'sendmail', text: `printf 'Subject: Hello\\n\\nIt works.\\n' | ${command} you@example.com` },
    {
      name: 'swaks',
      text: `swaks --socket ${path} --from app@example.com --to you@example.com`,
    },
    {
      name: 'curl',
      text: [
        `printf 'Subject: Hello\\r\\n\\r\\nIt works.\\r\\n' | curl --unix-socket ${path} smtp://localhost \\`,
        '  --mail-from app@example.com --mail-rcpt you@example.com -T -',
      ].join('\n'),
    },
  ];
}

const pythonClient = (path: string) => [
  'import smtplib',
  'import socket',
  '',
  'class UnixSMTP(smtplib.SMTP):',
  '    def _get_socket(self, *_):',
  '        connection = socket.socket(socket.AF_UNIX)',
  `        connection.connect('${path}')`,
  '        return connection',
];
