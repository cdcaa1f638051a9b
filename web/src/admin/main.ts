/** The administrators' page: each sees the desk of his own office. */
import './admin.css';
import { element, make } from '../lib/dom';
import { enter, leave, type Entered } from '../lib/entrance';
import { word, type Lang } from '../lib/i18n';
import { Pass } from '../lib/pass';
import { may } from '../lib/session';
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

  constructor(private readonly entered: Entered) {
    const { who, about } = entered;
    const lang = (): Lang => this.switches.lang;
    this.pass = new Pass({ user: element('user'), ending: element('ending') }, entered, lang, leave);
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
    showStrip(element('strip'), this.entered.about, this.entered.who, lang);
    this.pass.speak();
    for (const d of this.desks) d.speak();
    if (this.desks.length === 0) element('desks').replaceChildren(make('p', {}, say('nothing', lang)), make('a', { href: '/' }, say('toMap', lang)));
  }
}

new AdminPage(await enter(() => { element('what').textContent = '…'; }));
