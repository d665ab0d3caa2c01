import { mayMark } from '../admission.ts';
import { findRow, markRead, withMessage } from '../find-message.ts';
import type { InboxRequest } from '../inbox-request.ts';
import { messageNotFound, type Reply, redirect } from '../reply.ts';
import { getApp } from './app.ts';

/** `GET view/…`: a mail's HTML or text by itself, the newest mail, or the inbox's page, which looks at the path. */
export async function getView(request: InboxRequest): Promise<Reply> {
  const name = request.segments.at(-1) ?? '';
  const id = request.segments
    .slice(1)
    .join('/')
    .replace(/\.(html|txt)$/, '');
  if (name.endsWith('.html')) return getHtml(request, id);
  if (name.endsWith('.txt')) return getText(request, id);
  return id === 'latest' ? getLatest(request) : getApp(request);
}

function getText(request: InboxRequest, id: string): Promise<Reply> {
  return withMessage(
    request,
    id,
    async ({ row, raw }) => {
      const body = await request.mailJob('mail-text', row.sizeBytes, async () => ({ raw: await raw() }));
      if (mayMark(request)) markRead(request, row);
      return { status: 200, type: 'text/plain; charset=utf-8', body };
    },
    messageNotFound,
  );
}

/** The HTML as it came, in a box: it runs nothing, and brings nothing from elsewhere unless `?remote=1`. */
function getHtml(request: InboxRequest, id: string): Promise<Reply> {
  const { tenant, query, nonce } = request;
  return withMessage(
    request,
    id,
    async ({ row, raw }) => {
      // A page without an origin asks for its pictures without the login that brought it.
      const hasLogin = request.headers.authorization !== undefined;
      const partsUrl = hasLogin ? null : `${tenant.settings.webroot}api/v1/message/${row.id}/part/`;
      const frameNonce = query.get('embed') === '1' ? nonce : null;
      const remote = query.get('remote') === '1';
      const read = async () => ({ raw: await raw(), partsUrl, nonce: frameNonce, remote });
      const html = await request.mailJob('mail-html', row.sizeBytes, read);
      if (html === null) return noHtml;
      if (mayMark(request)) markRead(request, row);
      return {
        status: 200,
        type: 'text/html; charset=utf-8',
        body: html,
        headers: {
          'Content-Security-Policy': mailPolicy({
            nonce: frameNonce,
            remote,
            blockStyles: tenant.settings.blockRemoteCssAndFonts,
          }),
          'X-Content-Type-Options': 'nosniff',
        },
      };
    },
    messageNotFound,
  );
}

const noHtml: Reply = { ...messageNotFound, body: 'This message does not contain a HTML part' };

type PolicyChoice = {
  readonly nonce: string | null;
  readonly remote: boolean;
  readonly blockStyles: boolean;
};

function mailPolicy({ nonce, remote, blockStyles }: PolicyChoice): string {
  const media = remote ? '*' : "'self'";
  const style = remote && !blockStyles ? '* ' : '';
  return [
    `sandbox ${nonce === null ? '' : 'allow-scripts '}allow-popups allow-popups-to-escape-sandbox`,
    "default-src 'none'",
    `script-src ${nonce === null ? "'none'" : `'nonce-${nonce}'`}`,
    `img-src ${media} data: blob:`,
    `media-src ${media} data: blob:`,
    `style-src ${style}'unsafe-inline'`,
    `font-src ${style}data:`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}

async function getLatest(request: InboxRequest): Promise<Reply> {
  const row = await findRow(request, 'latest');
  const { webroot } = request.tenant.settings;
  return redirect(302, row ? `${webroot}view/${row.id}` : webroot, request.method === 'GET');
}
