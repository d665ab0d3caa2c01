type Line = readonly [method: string, path: string, does: string];

/** The API in words; loaded with the page that shows it. */
export const apiRoutes: readonly { readonly group: string; readonly routes: readonly Line[] }[] = [
  {
    group: 'Messages',
    routes: [
      ['GET', 'messages?start=0&limit=50', 'The list, newest first.'],
      ['GET', 'messages?around={id}', 'The page of the list with this message in its middle.'],
      ['GET', 'messages?at=2026-11-05', 'The list from a time on.'],
      ['GET', 'days?tz=UTC', 'Messages a day, and where in the list each day begins.'],
      ['PUT', 'messages', 'Marks as read or unread: {"IDs": […], "Read": true}; without IDs all of them.'],
      ['DELETE', 'messages', 'Deletes {"IDs": […]}; without a body all of them.'],
      ['GET', 'search?query=is:unread', 'The list of what a search finds.'],
      ['DELETE', 'search?query=…', 'Deletes what a search finds.'],
    ],
  },
  {
    group: 'One message',
    routes: [
      [
        'GET',
        'message/{id}?peek=1',
        'The message, read; without peek it is marked as read. latest is an id too.',
      ],
      ['GET', 'message/{id}/headers', 'Its headers by name.'],
      ['GET', 'message/{id}/structure', 'Its parts as a tree, headers in the order of the mail.'],
      ['GET', 'message/{id}/raw', 'The mail as it was sent.'],
      ['GET', 'message/{id}/part/{part}', 'One of its parts, decoded.'],
    ],
  },
  {
    group: 'Tags',
    routes: [
      ['GET', 'tags', 'All tags.'],
      ['PUT', 'tags', 'Gives messages exactly these tags: {"IDs": […], "Tags": […]}.'],
      ['PUT', 'tags/{tag}', 'Renames a tag: {"Name": "…"}.'],
      ['DELETE', 'tags/{tag}', 'Takes a tag off every message.'],
    ],
  },
  {
    group: 'Sending and waiting',
    routes: [
      [
        'POST',
        'send',
        'Puts a message into this inbox: {"From": {"Email": "…"}, "To": […], "Subject": "…"}.',
      ],
      [
        'GET',
        'wait?query=…&timeout=30',
        'The newest message that a search finds, or the first that arrives.',
      ],
      ['GET', 'changes?since=', 'What became of messages since a cursor.'],
    ],
  },
  {
    group: 'The inbox itself',
    routes: [
      ['GET', 'info', 'Version and figures.'],
      ['GET', 'webui', 'How the page is set up.'],
      ['GET', 'connect', 'How this inbox is reached, and what it keeps.'],
      ['GET', 'sessions', 'What was said in the last SMTP sessions.'],
      ['GET', 'chaos', 'What is refused on purpose; only where that is on.'],
    ],
  },
];
