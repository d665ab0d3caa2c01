/**
 * The schema of a mailbox's file, as the steps that led to it: the first makes an empty file one of version 1, each
 * further one raises the version by one. A step that was released is never altered.
 *
 * - `mail`: what lists need. `json` holds the three pieces of a row's JSON, one a line; `tags` is JSON, NULL for none.
 * - `text`: what searches look at, apart so that lists read past it; the longest column is the last.
 * - `raw`: the bytes. `encoding` 0: as they came · 1: one zstd frame · 2: the name of a file in `big`.
 * - `tag`: how a tag is spelled and how many mails have it. `mail_tag`: which.
 * - `state`: one row, written with every transaction, so that counting costs nothing. `journal` and `position` are those of
 *   the last change that is in, `packed` the number of the last mail whose bytes were looked at for compressing.
 * - `applied`: how far other journals than that one are in.
 */
export const schemaSteps: readonly string[] = [
  `
  CREATE TABLE mail (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    read INTEGER NOT NULL,
    tags TEXT,
    size INTEGER NOT NULL,
    attachments INTEGER NOT NULL,
    inlines INTEGER NOT NULL,
    json TEXT NOT NULL
  );
  CREATE INDEX mail_by_created ON mail (created, number);
  CREATE INDEX mail_by_message_id ON mail (message_id);
  CREATE INDEX mail_unread ON mail (created, number) WHERE read = 0;

  CREATE TABLE text (
    number INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    cc TEXT NOT NULL,
    bcc TEXT NOT NULL,
    reply_to TEXT NOT NULL,
    subject TEXT NOT NULL,
    everything TEXT NOT NULL
  );

  CREATE TABLE raw (
    number INTEGER PRIMARY KEY,
    encoding INTEGER NOT NULL,
    bytes BLOB NOT NULL
  );

  CREATE TABLE tag (
    folded TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    count INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE mail_tag (
    folded TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (folded, number)
  ) WITHOUT ROWID;

  CREATE TABLE state (
    position INTEGER NOT NULL,
    last_number INTEGER NOT NULL,
    total INTEGER NOT NULL,
    unread INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    packed INTEGER NOT NULL
  );
  INSERT INTO state VALUES (0, 0, 0, 0, 0, 0);
  `,
  `
  ALTER TABLE state ADD COLUMN journal TEXT NOT NULL DEFAULT '';
  CREATE TABLE applied (
    journal TEXT PRIMARY KEY,
    position INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
];
