/** How the page is dressed: outdoors light, with all the contrast that there is; by night as the phone has it. */
import { other, saveTheme, themeOf, wear, type Theme } from '../lib/theme';

const key = 'suhe.sun';

export class Outfit {
  theme: Theme;

  /** changed is called when the page wears something else. */
  constructor(private readonly changed: () => void = () => {}) {
    const usual = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
    this.theme = themeOf(location.search, localStorage.getItem('suhe.theme') ?? usual);
    this.wear(this.theme === 'light' && localStorage.getItem(key) !== 'false');
  }

  /** Whether it has more contrast than usual. */
  get bright(): boolean {
    return 'sun' in document.documentElement.dataset;
  }

  turn(): void {
    this.theme = other(this.theme);
    saveTheme(this.theme);
    this.wear(this.theme === 'light' && localStorage.getItem(key) !== 'false');
  }

  brighten(): void {
    const bright = !this.bright;
    localStorage.setItem(key, String(bright));
    if (bright) this.theme = 'light';
    saveTheme(this.theme);
    this.wear(bright);
  }

  private wear(bright: boolean): void {
    if (bright) document.documentElement.dataset.sun = '';
    else delete document.documentElement.dataset.sun;
    wear(this.theme);
    this.changed();
  }
}
