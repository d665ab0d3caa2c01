/** http-api §2.8 and config §6: what the application tells of itself. */
import assert from 'node:assert/strict';
import { chapter } from './play.ts';

const { rows, scene } = chapter('application');

scene('info', async target => {
  await target.empty();
  const before = (await target.ask('/api/v1/info')).json;
  const id = await target.deliver('From: a@example.com\r\nX-Tags: b, A\r\nSubject: x\r\n\r\nHello.');
  const { Size } = (await target.ask('/api/v1/messages')).json.messages[0];
  const { json } = await target.ask('/api/v1/info');
  assert.deepEqual(
    Object.keys(json),
    'Version LatestVersion Database DatabaseSize Messages Unread Tags RuntimeStats'.split(' '),
  );
  assert.deepEqual(
    Object.keys(json.RuntimeStats),
    'Uptime Memory MessagesDeleted SMTPAccepted SMTPAcceptedSize SMTPRejected SMTPIgnored'.split(' '),
  );
  assert.deepEqual([json.Messages, json.Unread], [1, 1]);
  assert.deepEqual(Object.entries(json.Tags), [
    ['A', 1],
    ['b', 1],
  ]);
  assert.equal(json.RuntimeStats.SMTPAccepted, before.RuntimeStats.SMTPAccepted + 1);
  assert.equal(json.RuntimeStats.SMTPAcceptedSize, before.RuntimeStats.SMTPAcceptedSize + Size);
  await target.ask('/api/v1/messages', { method: 'DELETE', body: JSON.stringify({ IDs: [id] }) });
  const after = (await target.ask('/api/v1/info')).json;
  assert.equal(after.RuntimeStats.MessagesDeleted, before.RuntimeStats.MessagesDeleted + 1);
});

scene(
  'the version is the one that clients know, and ours',
  async target => {
    const { json } = await target.ask('/api/v1/info');
    assert.match(json.Version, /^v1\.30\.5\+mpctl\.\d+\.\d+\.\d+$/);
    assert.match(json.Database, /^[a-z0-9-]+\.db$/);
  },
  'ours',
);

rows([
  [
    'webui',
    '/api/v1/webui',
    {},
    {
      type: 'application/json',
      json: {
        Label: '',
        MessageRelay: {
          Enabled: false,
          SMTPServer: '',
          ReturnPath: '',
          AllowedRecipients: '',
          BlockedRecipients: '',
          OverrideFrom: '',
          PreserveMessageIDs: false,
          RecipientAllowlist: '',
        },
        SpamAssassin: false,
        ChaosEnabled: false,
        DuplicatesIgnored: false,
        HideDeleteAllButton: false,
      },
    },
  ],
  ['chaos is off', '/api/v1/chaos', {}, { status: 400, type: 'text/plain', text: 'Chaos is not enabled' }],
  [
    'chaos is off',
    '/api/v1/chaos',
    { method: 'PUT', body: '{}' },
    { status: 400, text: 'Chaos is not enabled' },
  ],
  ['no spam check', '/api/v1/message/latest/sa-check', {}, { status: 404, text: 'File not found\n' }],
  ...['html-check', 'link-check', 'part/1/thumb'].map(
    path =>
      [
        `${path} is not there yet`,
        `/api/v1/message/latest/${path}`,
        {},
        { status: 501, type: 'text/plain', text: 'not available in this version' },
        'ours',
      ] as const,
  ),
  [
    'release is not there yet',
    '/api/v1/message/latest/release',
    { method: 'POST', body: '{"To":["a@example.com"]}' },
    { status: 501, text: 'not available in this version' },
    'ours',
  ],
]);
