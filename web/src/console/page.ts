/** The page around the desk: its tabs, the line to the server, who is logged in, keys, sound and words. */
import type { Tables } from '../lib/api';
import { element, say as put } from '../lib/dom';
import type { Entered } from '../lib/entrance';
import type { View } from '../lib/frames';
import { pad } from '../lib/geo';
import { word, type Lang } from '../lib/i18n';
import { isLive } from '../lib/line';
import { held, type Touched } from '../lib/picture';
import { may, type Me, type Site } from '../lib/session';
import { showStatus } from '../lib/status';
import { Connection, viewId } from '../lib/stream';
import { showStrip } from '../lib/strip';
import { Switches } from '../lib/switches';
import { clock, day } from '../lib/time';
import { Stay } from '../login/stay';
import { moverLayer } from '../map/movers';
import { liveLayers, type Scene3D } from '../map/scene';
import { Desk } from './desk';
import { EvaluationTab } from './evaluation';
import { Handover } from './handover';
import { Help } from './help';
import { commandOf, type Command } from './keys';
import { Notice } from './notice';
import { said, type DeskWord } from './words';

const tabs = ['inbox', 'evaluation', 'handover'] as const;
type Tab = (typeof tabs)[number];

/** What scrolls by itself where it has the focus. */
const scrolling = ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'];
const scrollers = '#map, #case, #card, #dispatch, #doubles, #evaluation, #tabs';

export class Page {
  private tab: Tab = 'inbox';
  private readonly who: Me;
  private readonly about: Site;
  private readonly switches = new Switches(element('language'), element('theme'), () => this.spoken(), () => this.dressed());
  private readonly notice = new Notice(() => this.sound());
  private readonly desk: Desk;
  private readonly evaluation: EvaluationTab;
  private readonly handover: Handover;
  private readonly help: Help;
  private readonly connection: Connection;
  private readonly stay: Stay;

  constructor(entered: Entered, tables: Tables, private readonly map: Scene3D) {
    const { who } = entered;
    this.who = who;
    this.about = entered.about;
    const lang = (): Lang => this.switches.lang;
    this.desk = new Desk({
      who, tables, map, notice: this.notice, lang, objects: () => held(this.connection.picture, viewId).objects.values(), front: () => this.turn('inbox'),
      drawn: () => { if (this.tab === 'handover') this.handover.show(); },
    });
    const { inbox } = this.desk;
    this.help = new Help(lang);
    this.evaluation = new EvaluationTab(element('evaluation'), {
      lang, className: (code) => inbox.className(code), areaName: (code) => inbox.areaName(code), closed: () => inbox.closed(), open: (e) => this.desk.open(e), mayEvaluate: may(who, 'check'), mayExport: may(who, 'export'),
    });
    this.handover = new Handover(element('handover'), {
      lang, who, all: () => inbox.all, clock: (e) => inbox.clock(e), open: (e) => this.desk.open(e), filter: (f) => {
        this.turn('inbox');
        inbox.only(f);
        inbox.focus();
      },
    });
    this.connection = new Connection({
      touched: (t) => this.touched(t), tiles: (news) => map.repaint(news), line: () => this.sign(), hello: () => inbox.hello(), presence: () => undefined,
      barred: (revoked) => this.stay.barred(revoked),
    }, this.view());
    this.stay = new Stay(entered, lang, { ended: () => this.connection.pause(), again: () => this.connection.retry() });
    map.onMove(() => this.connection.look(this.view()));
    this.wire();
    inbox.begin();
    this.speak();
    setInterval(() => this.second(), 1000);
    inbox.focus();
    // For the browser tests and for a look under the hood.
    Object.assign(window, { suhe: { map: map.map, scene: map, picture: this.connection.picture, connection: this.connection, guard: this.stay.guard, inbox } });
  }

  private wire(): void {
    for (const tab of tabs) element(`tab-${tab}`).addEventListener('click', () => this.turn(tab));
    element('tabs').addEventListener('keydown', (e) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
      if (!step) return;
      const next = tabs[(tabs.indexOf(this.tab) + step + tabs.length) % tabs.length] ?? 'inbox';
      this.turn(next);
      element(`tab-${next}`).focus();
    });
    element('new').addEventListener('click', () => this.desk.report.open());
    element('new').hidden = !may(this.who, 'report');
    element('mute').addEventListener('click', () => this.notice.turn());
    element('keys-button').addEventListener('click', () => this.help.open());
    addEventListener('keydown', (e) => this.key(e));
  }

  /** What the stream is asked for: what is shown and a little around it; what moves only by who sends people. */
  private view(): View {
    return {
      layers: may(this.who, 'dispatch') ? [...liveLayers, moverLayer] : liveLayers, tiles: this.map.sources(), bbox: pad(this.map.box(), 0.15),
      zoom: Math.min(22, Math.max(0, this.map.zoom())), zooms: this.map.tileZooms(),
    };
  }

  private touched(t: Touched): void {
    this.map.take(t);
    this.desk.take(t);
  }

  /** A key was pressed: what it means depends on where. */
  private key(e: KeyboardEvent): void {
    if (this.stay.resting) return;
    const at = e.target instanceof HTMLElement ? e.target : document.body;
    const command = commandOf(e, {
      typing: at.closest('input:not([type=checkbox]), textarea, select') !== null, dialog: document.querySelector('dialog[open], .placing') !== null, control: at.closest('button, a, summary, input') !== null,
    }, this.help.letters);
    if (!command || scrolling.includes(e.key) && at.closest(scrollers)) return;
    if (this.obey(command)) e.preventDefault();
  }

  /** Does what a key means; whether that was anything. */
  private obey(command: Command): boolean {
    switch (command) {
      case 'inbox':
      case 'evaluation':
      case 'handover':
        this.turn(command);
        return true;
      case 'help':
        this.help.open();
        return true;
      case 'mute':
        this.notice.turn();
        return true;
      case 'report':
        if (may(this.who, 'report')) this.desk.report.open();
        return true;
      case 'close':
        if (document.querySelector('dialog[open]')) return false;
        if (this.tab === 'inbox') this.desk.close();
        return true;
      case 'search':
        this.turn('inbox');
        this.desk.inbox.focusText();
        return true;
      default:
        return this.tab === 'inbox' && this.desk.obey(command);
    }
  }

  private turn(tab: Tab): void {
    this.tab = tab;
    for (const t of tabs) {
      const on = t === tab;
      element(`tab-${t}`).setAttribute('aria-selected', String(on));
      element(`tab-${t}`).tabIndex = on ? 0 : -1;
      element(t === 'inbox' ? 'work' : t).hidden = !on;
    }
    if (tab === 'evaluation') this.evaluation.show();
    else if (tab === 'handover') this.handover.show();
  }

  private sound(): void {
    const { lang } = this.switches;
    const mute = element('mute');
    mute.textContent = said(this.notice.muted ? 'unmute' : 'mute', lang);
    mute.setAttribute('aria-pressed', String(this.notice.muted));
    mute.title = this.notice.ready || this.notice.muted ? '' : said('soundWaits', lang);
    document.title = `${this.notice.count > 0 ? `(${this.notice.count}) ` : ''}${said('desk', lang)} · ${word('title', lang)}`;
  }

  /** Says how live the page is, and lets it look so. */
  private sign(): void {
    const { line, heard } = this.connection;
    showStatus({ sign: element('sign'), detail: element('detail'), stale: element('stale') }, line, heard, Date.now(), this.who, this.switches.lang);
    this.map.pale(!isLive(line) && heard > 0);
  }

  private second(): void {
    const now = Date.now();
    put(element('clock'), `${day(now, this.switches.lang)} ${clock(now)}`);
    this.desk.inbox.second(now);
    this.sign();
  }

  private dressed(): void {
    this.map.dress(this.switches.theme, this.switches.lang);
    this.desk.dress();
    this.evaluation.dress();
  }

  private spoken(): void {
    this.speak();
    this.map.dress(this.switches.theme, this.switches.lang);
  }

  private speak(): void {
    const { lang } = this.switches;
    element('title').textContent = said('desk', lang);
    for (const tab of tabs) element(`tab-${tab}`).textContent = said(tab, lang);
    element('new').textContent = said('newReport', lang);
    element('keys-button').ariaLabel = said('help', lang);
    element('map').ariaLabel = said('map', lang);
    const names: [string, DeskWord][] = [['work', 'inbox'], ['evaluation', 'evaluation'], ['handover', 'handover']];
    for (const [id, name] of names) element(id).ariaLabel = said(name, lang);
    showStrip(element('strip'), this.about, this.who, lang);
    this.desk.speak();
    this.evaluation.speak();
    if (this.tab === 'handover') this.handover.show();
    this.sound();
    this.stay.speak();
    this.second();
  }
}

