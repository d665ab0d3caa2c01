import { type Signal, useSignal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { SidePage } from '../state/place.ts';
import { useWords } from './context.ts';

/** Loaded when they are wanted: nobody needs them to see the list. */
const pages: Record<SidePage, () => Promise<FunctionComponent>> = {
  send: async () => (await import('../pages/send-page.tsx')).SendPage,
  settings: async () => (await import('../pages/settings-page.tsx')).SettingsPage,
  api: async () => (await import('../pages/api-page.tsx')).ApiPage,
  about: async () => (await import('../pages/about-page.tsx')).AboutPage,
};

type Props = {
  readonly page: SidePage;
  /** False where it stands in for the list: whoever comes to the inbox keeps the focus. */
  readonly takesFocus?: boolean;
};

/** One of the pages beside the list. */
export function SidePane({ page, takesFocus = true }: Props) {
  const words = useWords();
  const shown: Signal<{ page: SidePage; Page: FunctionComponent } | null> = useSignal(null);
  const failed = useSignal(false);
  const pane = useRef<HTMLElement>(null);
  const load = () => {
    failed.value = false;
    pages[page]()
      .then(Page => {
        shown.value = { page, Page };
      })
      .catch(() => {
        failed.value = true;
      });
  };
  useEffect(load, [page]);
  useEffect(() => {
    if (takesFocus) pane.current?.focus();
  }, [page]);
  const Page = shown.value?.page === page ? shown.value.Page : null;
  return (
    <section class="message side" aria-label={words.sidePages[page]} tabIndex={-1} ref={pane}>
      {failed.value && (
        <p class="fault">
          {words.offlineAction}{' '}
          <button type="button" class="link" onClick={load}>
            {words.retry}
          </button>
        </p>
      )}
      {Page ? <Page /> : !failed.value && <p class="quiet wait">{words.loading}</p>}
    </section>
  );
}
