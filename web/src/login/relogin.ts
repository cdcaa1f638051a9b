/** A login that ended is begun again where one is: the view stays as it is, out of sight meanwhile. */
import { make } from '../lib/dom';
import { leave } from '../lib/entrance';
import type { Why } from '../lib/guard';
import type { Lang } from '../lib/i18n';
import { LoginForm } from './form';
import { say } from './words';

export class Relogin {
  private readonly dialog = make('dialog', { id: 'relogin' });
  private readonly why = make('p', { className: 'why' });
  private readonly other = make('button', { type: 'button', className: 'plain' });
  private readonly form: LoginForm;
  private reason: Why = 'ended';

  /** entered is called when username, who was here, is here again. */
  constructor(private readonly username: string, private readonly lang: () => Lang, entered: () => void) {
    const body = make('div', { className: 'login' });
    this.dialog.append(this.why, body, this.other);
    document.body.append(this.dialog);
    this.form = new LoginForm(body, {
      lang, username,
      entered: () => {
        this.dialog.close();
        delete document.documentElement.dataset.veiled;
        entered();
      },
    });
    this.dialog.addEventListener('cancel', (e) => e.preventDefault()); // what is behind it is for nobody now
    this.other.addEventListener('click', () => leave());
  }

  open(why: Why): void {
    this.reason = why;
    document.documentElement.dataset.veiled = '';
    this.form.name(this.username);
    this.speak();
    if (!this.dialog.open) this.dialog.showModal();
    this.form.focus();
  }

  /** Says everything again, in the language of now. */
  speak(): void {
    const lang = this.lang();
    this.dialog.setAttribute('aria-label', say('again', lang));
    this.why.textContent = say(this.reason, lang);
    this.other.textContent = say('back', lang);
    this.form.speak();
  }
}
