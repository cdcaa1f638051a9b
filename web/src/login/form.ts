/** The form that lets somebody in: one question at a time, as the server asks them. */
import { button, make, say as put } from '../lib/dom';
import type { Lang } from '../lib/i18n';
import { changePassword, confirm, enrol, login, meaning, type Credentials, type Entered, type Step, type Trouble } from '../lib/login';
import { judge, type Rule } from '../lib/policy';
import { clock } from '../lib/time';
import { draw } from './qr';
import { say, type LoginWord } from './words';

export interface Options {
  lang(): Lang;
  entered(e: Entered): void;
  username?: string; // who is to log in again, and nobody else
}

type Field = 'username' | 'password' | 'otp' | 'fresh' | 'repeat';

const titles: Record<Exclude<Step, 'in'>, LoginWord> = { password: 'login', otp: 'otp', change: 'changeTitle', enrol: 'enrolTitle' };
const submits: Record<Exclude<Step, 'in'>, LoginWord> = { password: 'login', otp: 'verify', change: 'change', enrol: 'confirm' };

export class LoginForm {
  private step: Exclude<Step, 'in'> = 'password';
  private typed: Record<Field, string> = { username: '', password: '', otp: '', fresh: '', repeat: '' };
  private factor = false; // the account has a second factor
  private uri = '';
  private trouble: Trouble | undefined;
  private asking = false;
  private readonly alert = make('p', { className: 'trouble', role: 'alert' });
  private readonly submit = make('button', { type: 'submit', className: 'primary' });
  private readonly form = make('form', { noValidate: true });

  constructor(private readonly root: HTMLElement, private readonly options: Options) {
    this.typed.username = options.username ?? '';
    this.form.addEventListener('submit', (e) => {
      e.preventDefault();
      void this.go();
    });
    this.root.append(this.form);
    setInterval(() => this.tell(), 1000);
    this.draw();
  }

  /** Says everything again, in the language of now. */
  speak(): void {
    this.read();
    this.draw();
  }

  /** Fills in who logs in, and asks for the password. */
  name(username: string): void {
    this.typed.username = username;
    this.typed.password = '';
    this.become('password');
  }

  /** Asks for another password than the one that is good still. */
  change(username: string): void {
    this.typed.username = username;
    this.become('change');
  }

  private async go(): Promise<void> {
    this.read();
    if (this.asking || !this.complete()) return;
    this.wait(true);
    try {
      await this.send();
    } catch (e) {
      this.take(meaning(e, Date.now()));
    } finally {
      this.wait(false);
    }
  }

  /** Puts what was typed to the server; what comes of it is thrown, or lets in. */
  private async send(): Promise<void> {
    const c = this.credentials();
    const asks = { password: () => login(c), otp: () => login(c), change: () => changePassword(c, this.typed.fresh), enrol: () => confirm(c) };
    this.options.entered(await asks[this.step]());
  }

  /** Takes what was typed, or filled in by the browser, which may not tell of it. */
  private read(): void {
    for (const i of this.form.querySelectorAll('input')) this.typed[i.name as Field] = i.value;
  }

  private credentials(): Credentials {
    const { username, password, otp } = this.typed;
    return { username: username.trim(), password, ...(otp ? { otp: otp.replace(/\s/g, '') } : {}) };
  }

  private take(m: Step | Trouble): void {
    if (typeof m === 'object') {
      this.trouble = m;
      this.typed.otp = '';
      if (m.kind === 'wrong' && this.step === 'password') this.typed.password = '';
      this.draw();
      this.focus();
    } else if (m === 'enrol') {
      if (this.step === 'change') this.typed.password = this.typed.fresh; // it was changed
      void this.offer();
    } else if (m !== 'in') {
      this.factor ||= m === 'otp';
      // A code is good once: the next question needs the next one.
      this.typed.otp = '';
      this.become(this.step === 'change' && m === 'otp' ? 'change' : m);
    }
  }

  /** Asks for a second factor to be set up. */
  private async offer(): Promise<void> {
    try {
      this.typed.otp = '';
      this.uri = (await enrol(this.credentials())).uri;
      this.become('enrol');
    } catch (e) {
      this.take(meaning(e, Date.now()));
    }
  }

  private become(step: Exclude<Step, 'in'>): void {
    this.step = step;
    this.trouble = undefined;
    this.draw();
    this.focus();
  }

  private wait(asking: boolean): void {
    this.asking = asking;
    this.submit.disabled = asking;
    this.form.ariaBusy = String(asking);
    this.submit.textContent = this.word(asking ? 'asking' : submits[this.step]);
  }

  /** Whether all is typed that this step asks for; if not, the first that is missing is looked at. */
  private complete(): boolean {
    const missing = [...this.form.querySelectorAll('input')].find((i) => i.value === '');
    if (missing) missing.focus();
    return !missing && (this.step !== 'change' || this.rules().every(([, kept]) => kept));
  }

  private rules(): [Rule | 'same', boolean][] {
    const { fresh, repeat, username, password } = this.typed;
    return [...judge(fresh, username, password), ['same', fresh !== '' && fresh === repeat]];
  }

  /** Draws the step; what was being typed goes on being typed. */
  private draw(): void {
    const typing = this.form.contains(document.activeElement) ? document.activeElement?.id : '';
    const parts: Record<typeof this.step, () => Node[]> = {
      password: () => [this.field('username', 'username', 'text', 'username'), this.secret('password', 'password', 'current-password')],
      otp: () => [make('p', { className: 'hint' }, this.word('otpHint')), this.code()],
      change: () => this.changing(),
      enrol: () => this.enrolling(),
    };
    this.submit.textContent = this.word(submits[this.step]);
    this.form.oninput = null;
    this.form.replaceChildren(make('h2', {}, this.word(titles[this.step])), ...parts[this.step](), this.alert, this.submit);
    if (this.step !== 'password' && !this.options.username) this.form.append(button(this.word('back'), () => this.name(''), 'plain'));
    this.tell();
    if (typing) document.getElementById(typing)?.focus();
  }

  private changing(): Node[] {
    const list = make('ul', { className: 'rules' });
    const judged = (): void => list.replaceChildren(...this.rules().map(([rule, kept]) => {
      const item = make('li', {}, this.word(rule));
      item.dataset.kept = String(kept);
      item.setAttribute('aria-label', `${kept ? '✓' : '✗'} ${this.word(rule)}`);
      return item;
    }));
    judged();
    this.form.oninput = () => {
      this.read();
      judged();
    };
    return [
      make('p', { className: 'hint' }, this.word('changeHint')), this.secret('password', 'current', 'current-password'),
      ...(this.factor ? [this.code()] : []), this.secret('fresh', 'fresh', 'new-password'), this.secret('repeat', 'repeat', 'new-password'), list,
    ];
  }

  private enrolling(): Node[] {
    const address = make('output', { className: 'uri' }, this.uri);
    const copy = button(this.word('copy'), () => void navigator.clipboard?.writeText(this.uri).then(() => put(copy, this.word('copied'))));
    const picture = make('div', { className: 'qr' });
    void draw(this.uri, this.word('qr')).then((svg) => picture.replaceChildren(svg));
    return [
      make('p', { className: 'hint' }, this.word('enrolHint')), picture,
      make('div', { className: 'address' }, make('span', {}, this.word('uri')), copy), address, this.code(),
    ];
  }

  private field(name: Field, label: LoginWord, type: string, autocomplete: AutoFill): HTMLElement {
    const input = make('input', { id: `login-${name}`, name, type, autocomplete, value: this.typed[name], required: true, autocapitalize: 'none', spellcheck: false });
    if (name === 'username' && this.options.username) input.readOnly = true;
    return make('div', { className: 'field' }, make('label', { htmlFor: input.id }, this.word(label)), input);
  }

  /** A field whose text can be shown. */
  private secret(name: Field, label: LoginWord, autocomplete: AutoFill): HTMLElement {
    const field = this.field(name, label, 'password', autocomplete);
    const input = field.querySelector('input')!;
    const show = button(this.word('show'), () => {
      input.type = input.type === 'password' ? 'text' : 'password';
      show.setAttribute('aria-pressed', String(input.type === 'text'));
      put(show, this.word(input.type === 'password' ? 'show' : 'hide'));
    }, 'show');
    show.setAttribute('aria-controls', input.id);
    show.ariaLabel = `${this.word('show')} ${this.word(label)}`;
    field.append(show);
    return field;
  }

  private code(): HTMLElement {
    const field = this.field('otp', 'otp', 'text', 'one-time-code');
    const input = field.querySelector('input')!;
    Object.assign(input, { inputMode: 'numeric', maxLength: 8, className: 'code' });
    return field;
  }

  /** Says what went wrong, with the time that is left. */
  private tell(): void {
    const t = this.trouble;
    const left = t && 'until' in t ? Math.ceil((t.until - Date.now()) / 1000) : 0;
    if (t && 'until' in t && left <= 0) this.trouble = undefined;
    put(this.alert, this.trouble ? this.told(this.trouble, left) : '');
  }

  private told(t: Trouble, left: number): string {
    switch (t.kind) {
      case 'locked':
        return this.word('locked').replace('{time}', clock(t.until));
      case 'busy':
        return this.word('busy').replace('{n}', String(left));
      case 'refused':
        return this.step === 'change' ? this.word('unfit') + t.detail : t.detail;
      default:
        return this.word(t.kind);
    }
  }

  private word(key: LoginWord): string {
    return say(key, this.options.lang());
  }

  /** Looks at what is to be typed next. */
  focus(): void {
    const inputs = [...this.form.querySelectorAll<HTMLInputElement>('input:not([readonly])')];
    (inputs.find((i) => i.value === '') ?? inputs[0])?.focus();
  }
}
