/** Every word of the page. Another language is another file of this shape. */
const plural = (count: number, one: string, many: string) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

export const en = {
  inbox: 'Inbox',
  messages: 'Messages',
  message: 'Message',
  search: 'Search mail',
  clearSearch: 'Clear search',
  unread: 'unread',
  noSubject: '(no subject)',
  noRecipient: '(undisclosed recipients)',
  noSender: '(no sender)',
  newMail: (count: number) => `${count.toLocaleString('en')} new`,
  newMailSpoken: (count: number) => plural(count, 'new message', 'new messages'),
  rangeOf: (from: number, to: number, total: number) =>
    `${from.toLocaleString('en')}–${to.toLocaleString('en')} of ${total.toLocaleString('en')}`,
  selected: (count: number, unseen: number) =>
    unseen === 0 ? `${count} selected` : `${count} selected, ${unseen} not in view`,
  nothingFound: 'Nothing matches this search.',
  emptyTitle: 'No mail yet',
  emptyText: 'Point your application at this SMTP server and the first mail shows up here by itself.',
  first: 'Newest',
  last: 'Oldest',
  markRead: 'Mark read',
  markUnread: 'Mark unread',
  delete: 'Delete',
  deleteAll: 'Delete all',
  markAllRead: 'Mark all read',
  cancelSelection: 'Clear selection',
  select: (subject: string) => `Select ${subject}`,
  back: 'Back to the list',
  newer: 'Newer message',
  older: 'Older message',
  download: 'Download',
  copy: 'Copy',
  copied: 'Copied',
  attachments: (count: number) => plural(count, 'attachment', 'attachments'),
  connection: {
    connecting: 'Connecting',
    live: 'Live',
    waiting: (seconds: number) => `Reconnecting in ${seconds} s`,
    retrying: 'Reconnecting',
    offlineSince: (time: string) => `offline since ${time}`,
  },
  offlineAction: 'Not done: the server cannot be reached.',
  tabs: { html: 'HTML', source: 'Source', text: 'Text', headers: 'Headers', raw: 'Raw', parts: 'Parts' },
  theme: { auto: 'System', light: 'Light', dark: 'Dark' },
  keys: 'Keyboard shortcuts',
  skip: 'Skip to the list',
} as const;

export type Words = typeof en;
