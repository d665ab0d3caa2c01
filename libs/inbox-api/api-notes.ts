import type { Group } from './api-description.ts';

/** What the list of operations does not say, in paragraphs; `…` in back quotes is code, a line of code begins with `$ `. */
export const apiNotes: Readonly<Record<'all' | Group, readonly string[]>> = {
  all: [
    'Names, shapes, texts of errors and events are those of Mailpit 1.30.5; clients made for it work as they are. What is not there yet answers 501.',
    'An error is a status and a text: 400 what is wrong with the request, 401 a login is wanted, 403 a page of another site asked, 404 there is no such thing, 421 the host name is not one of the tenant’s `hostnames`, 429 more requests in a minute than the tenant’s `limits` allow, 503 the tenant is suspended, asks for too much at once or for what takes longer than half a minute (`Retry-After` says when to come again), or its mailbox cannot be read.',
    'Bounds: a body of 5 MiB (`send`: the tenant’s `maxMessageSize`), 250,000 items in a list, a search of 8,192 characters and 100 words, 200 headers, `limits.httpConnections` connections and `limits.webSockets` WebSockets at a time, 4 searches or lists of more than 500 mails at a time: the next ones wait in order.',
  ],
  messages: [
    'The newest mail comes first. `total` and `unread` are of the whole mailbox, `messages_count` and `messages_unread` of what was asked for. Times are RFC 3339; dates in searches are in the zone `tz`, else in the server’s.',
    'Deleting without a body, with `{}` or an empty list deletes all; what is no JSON deletes nothing. Searches of which nothing could be read find everything, but delete and mark nothing: 400.',
  ],
  message: [
    'Reading a mail, and its HTML and text as pages, marks it read; `peek=1`, HEAD and everything else do not. Mail never changes, so a mail, its source and its parts have an `ETag`; the source and parts can be asked for in ranges.',
    '`structure` is the tree of parts. Each node has `PartID`, `ContentType`, `Parameters`, `Disposition`, `FileName`, `ContentID`, `Encoding`, `EncodedSize` and `Size` in bytes (as it stands in the mail, and decoded), `Headers` as `{Name, Value}` in the mail’s order and letters, and `Parts`.',
  ],
  tags: [
    'A tag is one whatever its case. Letters of ASCII, digits, `-`, `_`, `.`, `@` and blanks, 100 at most; others become blanks.',
  ],
  'sending and waiting': [
    '`wait` answers with a mail as `message/{ID}` does, without marking it read: at once with the newest that `query` finds, else with the first that arrives. `since` leaves out what was there before: a cursor, or the id of a mail. `timeout` counts seconds, 30 when left out and 120 at most; when they are over the answer is 404 `Message not found`. A search of which nothing could be read, and a `since` that nobody knows, are 400 at once. A test asks for a cursor, lets the application send, and waits for what it sent:',
    '$ since=$(curl -s $INBOX/api/v1/changes | sed \'s/.*"Cursor":"\\([^"]*\\)".*/\\1/\')\n$ curl -s "$INBOX/api/v1/wait?since=$since&query=subject:welcome&timeout=10"',
    '`changes` without `since` answers with the cursor of now and `Reset: true`. With the cursor of an earlier answer it says what has happened since: `New` rows as lists have them, `Updated` with `ID`, `Read` and `Tags`, `Deleted` ids, and the next `Cursor`; a mail stands in one of the three. `Reset: true` means that too much has happened to tell, that all mail was deleted, or that the server was started anew: read your lists again and go on with the new cursor. What a cursor looks like means nothing.',
    'The WebSocket `api/events` sends an object `{"Type", "Data"}` for each event: `new` (a row), `update`, `delete`, `prune` (read lists anew), `truncate` (all mail is gone), `stats` and `error`. With `?cursor=1` each has a `Cursor` too, the place behind it: whoever lost the connection asks `changes` for what it missed.',
  ],
  inbox: [
    '`connect` tells how the tenant is reached: names of users, never a password. `Keeps` are its limits, 0 is none; `Evicted` counts the mails that they removed today.',
  ],
};
