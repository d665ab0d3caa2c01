const paths = {
  back: 'M15 5l-7 7 7 7',
  up: 'M6 14l6-6 6 6',
  down: 'M6 10l6 6 6-6',
  first: 'M6 5h12M6 16l6-6 6 6',
  last: 'M6 19h12M6 8l6 6 6-6',
  unread: 'M3 6h18v12H3zM3 7l9 7 9-7',
  read: 'M2 13l5 5L17 7M11 16l2 2L23 7',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  delete: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5',
  menu: 'M4 7h16M4 12h16M4 17h16',
  date: 'M4 6h16v14H4zM4 10h16M8 3v5M16 3v5',
  print: 'M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  clip: 'M8 12l6-6a3.5 3.5 0 015 5l-8 8a5 5 0 01-7-7l8-8',
} as const;

/** A line drawing beside a word, or instead of it where room is short: the word stays for those who cannot see it. */
export function Icon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="16" height="16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
