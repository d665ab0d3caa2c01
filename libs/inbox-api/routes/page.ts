import type { MessageSummary } from '../../mail/message.ts';
import { renderRow } from '../../mail/row.ts';
import { escapeHtml } from '../app-files.ts';
import type { InboxRequest } from '../inbox-request.ts';
import type { Reply } from '../reply.ts';

const style = `
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5b6675; --line: #e3e7ec; --page: #f6f7f9; --card: #fff; --new: #2563eb }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ee; --soft: #98a2b0; --line: #2b323c; --page: #14181e; --card: #1b2027; --new: #7aa7ff }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem }
h1 { font-size: 1.25rem; margin: 0 }
header { display: flex; justify-content: space-between; align-items: baseline; margin-bottom: 1rem }
header span, .empty { color: var(--soft) }
ol { list-style: none; margin: 0; padding: 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px }
li + li { border-top: 1px solid var(--line) }
a { display: grid; grid-template-columns: 14rem 1fr auto; gap: 0 1rem; padding: .65rem 1rem; color: inherit; text-decoration: none }
a:hover, a:focus-visible { background: var(--page) }
a > * { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.unread b::before { content: '● '; color: var(--new); font-size: .7em; vertical-align: .15em }
.read b { font-weight: 400 }
time, .snippet { color: var(--soft) }
.empty { padding: 3rem 1rem; text-align: center }
@media (max-width: 40rem) { a { grid-template-columns: 1fr auto } .subject { grid-row: 2; grid-column: 1 / -1 } }
`;

/** `GET /`: the newest mail, readable without a script. */
export async function getPage({ tenant, nonce }: InboxRequest): Promise<Reply> {
  const [rows, counts] = await Promise.all([
    tenant.mailbox.list({ start: 0, limit: 50 }),
    tenant.mailbox.counts(),
  ]);
  const title = tenant.settings.label || tenant.id;
  const items = rows.map(row => renderItem(JSON.parse(renderRow(row)) as MessageSummary)).join('\n');
  const list =
    items === ''
      ? '<p class="empty">No mail yet. It shows up here when it arrives; reload to look.</p>'
      : `<ol>\n${items}\n</ol>`;
  return {
    status: 200,
    type: 'text/html; charset=utf-8',
    headers: {
      'Content-Security-Policy': `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`,
      'X-Frame-Options': 'SAMEORIGIN',
      'X-Content-Type-Options': 'nosniff',
    },
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main>
<header><h1>${escapeHtml(title)}</h1><span>${counts.total} mails, ${counts.unread} unread</span></header>
${list}
</main>
</body>
</html>
`,
  };
}

function renderItem({ ID, From, Subject, Snippet, Created, Read }: MessageSummary): string {
  return `<li><a class="${Read ? 'read' : 'unread'}" href="api/v1/message/${ID}/raw">
<b>${escapeHtml(From.Name || From.Address || 'unknown sender')}</b>
<span class="subject">${escapeHtml(Subject || 'no subject')} <span class="snippet">${escapeHtml(Snippet)}</span></span>
<time datetime="${Created}">${Created.slice(0, 16).replace('T', ' ')}</time>
</a></li>`;
}
