import type { SettingsStore } from './settings.ts';

/** What a browser keeps for the page; where it allows none, e.g. with all cookies blocked, as long as the page is open. */
export function openStore(own: () => SettingsStore): SettingsStore {
  try {
    const store = own();
    // Some hand it out and refuse every use.
    store.getItem('');
    return store;
  } catch {
    const kept = new Map<string, string>();
    return {
      getItem: key => kept.get(key) ?? null,
      setItem: (key, text) => void kept.set(key, text),
      removeItem: key => void kept.delete(key),
    };
  }
}
