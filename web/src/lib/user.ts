/** Who is logged in, with what he may do about it: shown at the top of every page. */
import { button, make } from './dom';
import { word, type Lang } from './i18n';
import { pagesOf } from './pages';
import { forgetReason } from './purpose';
import { instant, stamp } from './time';
import { areaNames, logout, roleNames, type Me } from './session';

export class UserMenu {
  private readonly panel = make('div', { id: 'user-panel', hidden: true });

  /** opener is the button that shows and hides the panel, which comes into its parent. */
  constructor(private readonly opener: HTMLElement, private readonly who: Me, private readonly lang: () => Lang) {
    opener.setAttribute('aria-controls', this.panel.id);
    opener.after(this.panel);
    opener.addEventListener('click', () => this.show(this.panel.hidden === true));
    addEventListener('keydown', (e) => { if (e.key === 'Escape' && !this.panel.hidden) this.show(false, true); });
    addEventListener('pointerdown', (e) => {
      if (e.target instanceof Node && !this.panel.contains(e.target) && !opener.contains(e.target)) this.show(false);
    });
    this.show(false);
  }

  /** Says everything again, in the language of now. */
  speak(): void {
    const { who } = this;
    const lang = this.lang();
    const roles = roleNames(who.roles, lang);
    this.opener.replaceChildren(make('strong', {}, who.name || who.id), ...(roles && roles !== who.name ? [make('span', {}, roles)] : []));
    const ends = instant(who.session?.expires);
    const facts: [string, string][] = [
      [word('account', lang), who.id], [word('role', lang), roles], [word('region', lang), areaNames(who.areas, lang) || '–'],
      ...(ends === undefined ? [] : [[word('until', lang), stamp(ends)] as [string, string]]),
    ];
    this.panel.replaceChildren(
      this.pages(lang),
      make('dl', {}, ...facts.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)])),
      ...(who.session ? [make('div', { className: 'ways' },
        ...(who.demo ? [] : [make('a', { href: `/login?change=${encodeURIComponent(who.id)}&to=${encodeURIComponent(location.pathname)}` }, word('changePassword', lang))]),
        button(word('logoutAll', lang), () => void this.leave(true)),
        button(word('logout', lang), () => void this.leave(false), 'primary'),
      )] : []),
    );
  }

  /** The ways to the pages that one has a use for. */
  private pages(lang: Lang): HTMLElement {
    const links = pagesOf(this.who, lang).map(({ path, name }) => {
      const a = make('a', { href: path }, name);
      if (path === location.pathname) a.ariaCurrent = 'page';
      return a;
    });
    return make('nav', { ariaLabel: word('pages', lang), hidden: links.length < 2 }, ...links);
  }

  private show(open: boolean, back = false): void {
    if (open) this.speak();
    this.panel.hidden = !open;
    this.opener.setAttribute('aria-expanded', String(open));
    if (back) this.opener.focus();
  }

  private async leave(all: boolean): Promise<void> {
    forgetReason();
    await logout(all).catch(() => undefined); // of a server that is away: the login page says so
    location.assign('/login?why=bye');
  }
}
