/** The two switches of every page: its language and its theme, both remembered. */
import { otherLanguage, saveLanguage, savedLanguage, word, type Lang } from './i18n';
import { other, savedTheme, saveTheme, wear, type Theme } from './theme';

export class Switches {
  lang: Lang = savedLanguage();
  theme: Theme = savedTheme();

  /** spoken and dressed are called when something else was chosen. Dresses the page at once. */
  constructor(private readonly language: HTMLElement, private readonly dress: HTMLElement, spoken: () => void, dressed: () => void) {
    wear(this.theme);
    saveLanguage(this.lang);
    language.addEventListener('click', () => {
      this.lang = this.lang === 'zh' ? 'en' : 'zh';
      saveLanguage(this.lang);
      this.draw();
      spoken();
    });
    dress.addEventListener('click', () => {
      this.theme = other(this.theme);
      saveTheme(this.theme);
      wear(this.theme);
      this.draw();
      dressed();
    });
    this.draw();
  }

  /** Each says what it switches to. */
  private draw(): void {
    this.language.textContent = otherLanguage(this.lang);
    this.dress.textContent = word(other(this.theme), this.lang);
  }
}
