import { effect, signal } from '@preact/signals';
import type { Settings } from './settings.ts';

/** Shows the chosen theme, and follows the system live while none is chosen. */
export function startTheme(settings: Settings): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const systemIsDark = signal(dark.matches);
  dark.addEventListener('change', () => {
    systemIsDark.value = dark.matches;
  });
  effect(() => {
    const { value } = settings.theme;
    const shown = value === 'auto' ? (systemIsDark.value ? 'dark' : 'light') : value;
    document.documentElement.dataset.theme = shown;
  });
}
