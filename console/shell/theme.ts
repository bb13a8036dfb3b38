import { signal } from '@preact/signals';

/** `auto` follows the system. */
export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const place = 'onelink-console-theme';

/** A browser may refuse storage. The theme then lasts as long as the page. */
function stored(): Theme {
  try {
    return themes.find((one) => one === localStorage.getItem(place)) ?? 'auto';
  } catch {
    return 'auto';
  }
}

export const theme = signal<Theme>('auto');

export function setTheme(next: Theme): void {
  theme.value = next;
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(place, next);
  } catch {
    // As above.
  }
}

export const startTheme = () => setTheme(stored());
