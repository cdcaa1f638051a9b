/** The login page. */
import './login.css';
import { element, make } from '../lib/dom';
import { choose, word } from '../lib/i18n';
import { home, roleName, site, wayBack, type Site } from '../lib/session';
import { showStrip } from '../lib/strip';
import { Switches } from '../lib/switches';
import { LoginForm } from './form';
import { reasons, say } from './words';

class LoginPage {
  private readonly switches = new Switches(element('language'), element('theme'), () => this.speak(), () => {});
  private readonly form: LoginForm;
  private about: Site | undefined;

  constructor() {
    const asked = new URLSearchParams(location.search);
    this.form = new LoginForm(element('form'), {
      lang: () => this.switches.lang,
      entered: ({ principal }) => location.replace(wayBack(location.search, location.origin) ?? home(principal, matchMedia('(pointer: coarse) and (max-width: 700px)').matches)),
    });
    const who = asked.get('change');
    if (who) this.form.change(who);
    this.speak();
    this.form.focus();
    void this.ask();
  }

  /** Asks about the site for as long as there is no answer; the form works without. */
  private async ask(): Promise<void> {
    for (;;) {
      try {
        this.about = await site();
        this.speak();
        return;
      } catch {
        await new Promise((done) => setTimeout(done, 5000));
      }
    }
  }

  private speak(): void {
    const { lang } = this.switches;
    element('title').textContent = word('title', lang);
    document.title = `${say('login', lang)} · ${word('title', lang)}`;
    element('motto').textContent = say('motto', lang);
    const why = reasons.find((r) => r === new URLSearchParams(location.search).get('why'));
    element('why').textContent = why ? say(why, lang) : '';
    element('why').hidden = !why;
    this.form.speak();
    if (!this.about) return;
    element('site').textContent = `${choose([this.about.title, this.about.titleEn], lang)} · ${this.about.version}`;
    showStrip(element('strip'), this.about, undefined, lang);
    this.demo(this.about);
    this.others(this.about);
  }

  /** The accounts of the demo: one click fills the name in. */
  private demo({ demoAccounts }: Site): void {
    const { lang } = this.switches;
    const accounts = demoAccounts ?? [];
    element('demo').hidden = accounts.length === 0;
    element('demo-title').textContent = say('demoTitle', lang);
    element('demo-hint').textContent = say('demoHint', lang);
    element('demo-accounts').replaceChildren(...accounts.map((a) => {
      const b = make('button', { type: 'button' }, make('strong', {}, choose([a.name, a.nameEn], lang) || roleName(a.role, lang)), make('small', {}, a.username));
      b.addEventListener('click', () => this.form.name(a.username));
      return make('li', {}, b);
    }));
  }

  /** Who else may say who somebody is. */
  private others({ oidc }: Site): void {
    const { lang } = this.switches;
    const to = wayBack(location.search, location.origin);
    element('oidc').replaceChildren(...(oidc ?? []).map(({ name, start }) => {
      const url = new URL(start, location.origin);
      if (to) url.searchParams.set('to', to);
      return make('a', { className: 'button', href: url.pathname + url.search }, say('oidc', lang).replace('{name}', name));
    }));
  }
}

new LoginPage();
