import type { framePage } from './frame-page.ts';

export type FramePage = typeof framePage;

let loading: Promise<FramePage> | null = null;

/** What cleans a mail's HTML: a third of the page's script, which the list does not need. Loaded once; tried again if it fails. */
export function loadFramePage(): Promise<FramePage> {
  loading ??= import('./frame-page.ts').then(
    module => module.framePage,
    error => {
      loading = null;
      throw error;
    },
  );
  return loading;
}
