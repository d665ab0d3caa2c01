import { signal } from '@preact/signals';
import { useWords } from './context.ts';

const key = 'mp-theme';
const themes = ['auto', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const dark = matchMedia('(prefers-color-scheme: dark)');
const theme = signal<Theme>(themes.find(one => one === localStorage.getItem(key)) ?? 'auto');

function apply(): void {
  const shown = theme.value === 'auto' ? (dark.matches ? 'dark' : 'light') : theme.value;
  document.documentElement.dataset.theme = shown;
}

/** Shows the chosen theme, and follows the system live while none is chosen. */
export function startTheme(): void {
  apply();
  dark.addEventListener('change', apply);
}

export function ThemeSwitch() {
  const words = useWords();
  return (
    <select
      aria-label={words.themeLabel}
      value={theme.value}
      onChange={event => {
        theme.value = event.currentTarget.value as Theme;
        localStorage.setItem(key, theme.value);
        apply();
      }}
    >
      {themes.map(one => (
        <option key={one} value={one}>
          {words.theme[one]}
        </option>
      ))}
    </select>
  );
}
