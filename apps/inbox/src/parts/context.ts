import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { App } from '../state/app.ts';
import { type Place, renderPlace } from '../state/place.ts';
import { en, type Words } from '../text/en.ts';

const AppContext = createContext<App | null>(null);

export const AppProvider = AppContext.Provider;

/** The page's state; every part stands below its provider. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error('no App above this part');
  return app;
}

/** The page's words. */
export function useWords(): Words {
  return en;
}

/** What makes a link of a place: an address for new tabs and sharing, and a step within the page for a plain click. */
export function linkTo(app: App, place: Partial<Place>) {
  return {
    href: renderPlace({ ...app.place.value, ...place }) || '.',
    onClick: (event: MouseEvent) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      app.go(place);
    },
  };
}
