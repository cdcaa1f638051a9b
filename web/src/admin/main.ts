/** The administrators' page: each is offered the desks of his own office; the address says which one is open. */
import './admin.css';
import { element, make } from '../lib/dom';
import { enter, leave, type Entered } from '../lib/entrance';
import { word, type Lang } from '../lib/i18n';
import { Pass } from '../lib/pass';
import { showStrip } from '../lib/strip';
import { Switches } from '../lib/switches';
import type { Desk } from './desk';
import { offices, type Office } from './offices';
import { say } from './words';

class AdminPage {
  private readonly switches = new Switches(element('language'), element('theme'), () => this.speak(), () => {});
  private readonly pass: Pass;
  private readonly offered: Office[];
  private readonly opened = new Map<string, Desk>(); // they keep what was typed into them
  private readonly lang = (): Lang => this.switches.lang;

  constructor(private readonly entered: Entered) {
    this.pass = new Pass({ user: element('user'), ending: element('ending') }, entered, this.lang, leave);
    this.offered = offices.filter((o) => o.for(entered.who));
    window.addEventListener('hashchange', () => this.show());
    this.speak();
  }

  private get open(): Office | undefined {
    return this.offered.find((o) => `#${o.name}` === location.hash) ?? this.offered[0];
  }

  /** Shows the desk that the address names, or the first. */
  private show(): void {
    const { open, lang } = this;
    const main = element('desks');
    element('offices').replaceChildren(...this.offered.map((o) => {
      const link = make('a', { href: `#${o.name}` }, say(o.title, lang()));
      if (o === open) link.setAttribute('aria-current', 'page');
      return make('li', {}, link);
    }));
    if (!open) {
      main.replaceChildren(make('p', {}, say('nothing', lang())), make('a', { href: '/' }, say('toMap', lang())));
      return;
    }
    const desk = this.opened.get(open.name) ?? open.desk(this.entered, lang);
    this.opened.set(open.name, desk);
    desk.speak();
    if (main.firstElementChild !== desk.root) main.replaceChildren(desk.root);
  }

  private speak(): void {
    const { lang } = this.switches;
    element('title').textContent = word('title', lang);
    element('what').textContent = say('admin', lang);
    element('nav').ariaLabel = say('desks', lang);
    document.title = `${say('admin', lang)} · ${word('title', lang)}`;
    showStrip(element('strip'), this.entered.about, this.entered.who, lang);
    this.pass.speak();
    this.show();
  }
}

new AdminPage(await enter(() => { element('what').textContent = '…'; }));
