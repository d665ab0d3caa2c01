import { randomBytes } from 'node:crypto';
import { toJson } from '../../mail/row.ts';
import { BodyTooLarge, type InboxRequest } from '../inbox-request.ts';
import { jsonText, type Reply } from '../reply.ts';

/** `POST api/v1/send`: makes a mail and takes it as if SMTP had brought it. */
export async function sendMail(request: InboxRequest): Promise<Reply> {
  const { tenant, nowMs, remoteAddress, user: username } = request;
  if (tenant.settings.demoMode)
    return failure('this functionality has been disabled for demonstration purposes');
  let raw: Buffer;
  try {
    raw = await request.body();
  } catch (error) {
    if (error instanceof BodyTooLarge) return failure('http: request body too large', 413);
    throw error;
  }
  const wish = { raw, nowMs, random: randomBytes(45) };
  const mail = await request.mailJob('compose-mail', raw.length, async () => wish);
  if ('error' in mail) return failure(mail.error);
  const { from, to, data } = mail;
  const submission = await tenant.submit(
    { from, to, helo: '', remoteAddress, remoteHost: '', username },
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  if (submission.outcome === 'refused') return failure(submission.reply);
  return jsonText(toJson({ ID: submission.id ?? '' }));
}

const failure = (message: string, status = 400): Reply => ({
  ...jsonText(toJson({ Error: message }), status),
  selfScripts: true,
});
