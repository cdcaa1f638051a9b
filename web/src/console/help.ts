/** The list of keys, and the switch for those who want letters to be letters. */
import { button, make } from '../lib/dom';
import { word, type Lang } from '../lib/i18n';
import { bindings, cap } from './keys';
import { said } from './words';

const key = 'suhe.console.letters';

export class Help {
  private readonly dialog = make('dialog', { id: 'keys' });

  constructor(private readonly lang: () => Lang) {
    document.body.append(this.dialog);
  }

  /** Whether letters are keys. */
  get letters(): boolean {
    return localStorage.getItem(key) !== 'no';
  }

  open(): void {
    const lang = this.lang();
    const box = make('input', { type: 'checkbox', checked: this.letters });
    box.addEventListener('change', () => localStorage.setItem(key, box.checked ? 'yes' : 'no'));
    this.dialog.setAttribute('aria-labelledby', 'keys-title');
    this.dialog.replaceChildren(make('h2', { id: 'keys-title' }, said('help', lang)),
      make('dl', {}, ...bindings.flatMap((b) => [make('dt', {}, ...b.keys.map((k) => make('kbd', {}, cap(k)))), make('dd', {}, said(b.word, lang))])),
      make('label', { className: 'choice' }, box, said('letters', lang)),
      make('div', { className: 'ways' }, button(word('close', lang), () => this.dialog.close(), 'primary')));
    this.dialog.showModal();
    this.dialog.querySelector<HTMLElement>('button.primary')?.focus();
  }
}
