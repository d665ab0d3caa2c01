import { type Signal, signal } from '@preact/signals';

export const previewWidths = ['phone', 'tablet', 'full'] as const;
export type PreviewWidth = (typeof previewWidths)[number];

/** How mails are looked at; stays when one moves on to the next. */
export class Preview {
  readonly width: Signal<PreviewWidth> = signal('full');
  /** Of the mail, whatever the page's own is. */
  readonly theme: Signal<'light' | 'dark'> = signal('light');
  readonly images: Signal<boolean> = signal(true);
  /** Whether the choices are shown where room is short. */
  readonly unfolded: Signal<boolean> = signal(false);
  /** The mail whose remote content is loaded this once. */
  readonly remoteFor: Signal<string> = signal('');
}
