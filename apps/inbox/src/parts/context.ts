import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { App } from '../state/app.ts';
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
