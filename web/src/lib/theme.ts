/** Dark for the command centre's wall, light for daylight, by a switch that is remembered. */

export type Theme = 'dark' | 'light';

/** The address says it (?theme=light), else what was chosen last, else dark. */
export function themeOf(search: string, saved: string | null): Theme {
  const asked = new URLSearchParams(search).get('theme');
  return (asked ?? saved) === 'light' ? 'light' : 'dark';
}

export function savedTheme(): Theme {
  return themeOf(location.search, localStorage.getItem('suhe.theme'));
}

export function saveTheme(theme: Theme): void {
  localStorage.setItem('suhe.theme', theme);
}

export function other(theme: Theme): Theme {
  return theme === 'dark' ? 'light' : 'dark';
}

/** Dresses the page; what draws by itself asks for its inks. */
export function wear(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', ink('ground'));
}

/** A colour of the page as it is now, for what draws by itself. */
export function ink(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
