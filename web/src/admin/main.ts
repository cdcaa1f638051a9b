/** The administrators' page: each sees the desk of his own office. */
import './admin.css';
import { element, make } from '../lib/dom';
import { enter, leave } from '../lib/entrance';
import { word, type Lang } from '../lib/i18n';
import { Pass } from '../lib/pass';
import { may, type Me, type Site } from '../lib/session';
import { showStrip } from '../lib/strip';
import { Switches } from '../lib/switches';
import { Accounts } from './accounts';
import { Audit } from './audit';
import type { Desk } from './desk';
import { System } from './system';
import { say } from './words';

class AdminPage {
  private readonly switches = new Switches(element('language'), element('theme'), () => this.speak(), () => {});
  private readonly pass: Pass;
  private readonly desks: Desk[];

  constructor(private readonly who: Me, private readonly about: Site) {
    const lang = (): Lang => this.switches.lang;
    this.pass = new Pass({ user: element('user'), ending: element('ending') }, who, lang, leave);
    this.desks = [
      ...(may(who, 'admit') ? [new Accounts(who.id, lang)] : []),
      ...(may(who, 'audit') ? [new Audit(lang)] : []),
      ...(may(who, 'operate') ? [new System(about.version, lang)] : []),
    ];
    element('desks').replaceChildren(...this.desks.map((d) => d.root));
    this.speak();
  }

  private speak(): void {
    const { lang } = this.switches;
    element('title').textContent = word('title', lang);
    element('what').textContent = say('admin', lang);
    document.title = `${say('admin', lang)} · ${word('title', lang)}`;
    showStrip(element('strip'), this.about, this.who, lang);
    this.pass.speak();
    for (const d of this.desks) d.speak();
    if (this.desks.length === 0) element('desks').replaceChildren(make('p', {}, say('nothing', lang)), make('a', { href: '/' }, say('toMap', lang)));
  }
}

const { who, about } = await enter(() => { element('what').textContent = '…'; });
new AdminPage(who, about);
