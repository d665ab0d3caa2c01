/** Real and broken mail: whatever it is, it is taken, listed, shown, taken apart and given out. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chapter } from './play.ts';

const { scene } = chapter('fixtures');

const folder = join(dirname(dirname(import.meta.dirname)), 'fixtures/mail');
const files = globSync('**/*.eml', { cwd: folder }).sort();

/** What the reference refuses: their header is broken. */
const refusedThere =
  /multiple_references_with_one_invalid|binary_encoded|illegal_boundary|mixed_quoted_boundary|email_simple|example13|without_content_type/;

for (const file of files) {
  scene(
    file,
    async target => {
      const mail = readFileSync(join(folder, file));
      const id = await target.deliver(mail);
      const [row] = (await target.ask('/api/v1/messages?limit=1')).json.messages;
      const { json: message } = await target.ask(`/api/v1/message/${id}`);
      const raw = await target.ask(`/api/v1/message/${id}/raw`);
      assert.deepEqual([row.ID, row.Size, message.Size], [id, raw.body.length, raw.body.length]);
      assert.deepEqual(
        [row.Subject, row.From, row.MessageID],
        [message.Subject, message.From, message.MessageID],
      );
      const body =
        mail
          .toString('latin1')
          .replaceAll('\r\r\n', '\r\n')
          .split(/\r?\n\r?\n/)
          .slice(1)
          .at(-1) ?? '';
      assert.ok(raw.body.toString('latin1').includes(body), 'the body stays as it came');
      assert.equal((await target.ask(`/api/v1/message/${id}/headers`)).status, 200);
      for (const part of [...message.Inline, ...message.Attachments]) {
        if (part.ContentType.startsWith('multipart/')) continue;
        const { body: bytes } = await target.ask(`/api/v1/message/${id}/part/${part.PartID}`);
        const sum = (name: string) => createHash(name).update(bytes).digest('hex');
        assert.equal(bytes.length, part.Size);
        assert.deepEqual(part.Checksums, { MD5: sum('md5'), SHA1: sum('sha1'), SHA256: sum('sha256') });
      }
      assert.equal((await target.ask(`/view/${id}.txt`)).text, message.Text);
      assert.equal((await target.ask(`/view/${id}.html`)).status, message.HTML === '' ? 404 : 200);
    },
    refusedThere.test(file) ? 'ours' : undefined,
  );
}
