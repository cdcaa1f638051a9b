/** The desk as a whole: the inbox, the map beside it, the card, and what is done with keys. */
import type { Tables } from '../lib/api';
import * as cases from '../lib/cases';
import { say as caseWord, verbWord } from '../lib/casewords';
import { kindOf, type CaseRow } from '../lib/docket';
import { button, element, make, say as put } from '../lib/dom';
import { leave, type Entered } from '../lib/entrance';
import type { View } from '../lib/frames';
import { around, pad, type LonLat } from '../lib/geo';
import type { Why as Over } from '../lib/guard';
import { word, type Lang } from '../lib/i18n';
import { isLive } from '../lib/line';
import { Pass } from '../lib/pass';
import { held, type Touched } from '../lib/picture';
import { Problem } from '../lib/problem';
import { forgetReason } from '../lib/purpose';
import { may, sees, type Me, type Site } from '../lib/session';
import { showStatus } from '../lib/status';
import { Connection, viewId } from '../lib/stream';
import { showStrip } from '../lib/strip';
import { Switches } from '../lib/switches';
import { clock, day } from '../lib/time';
import { CaseCard } from '../cases/card';
import { Banner } from '../cases/banner';
import { Relogin } from '../login/relogin';
import { Card } from '../map/card';
import { moverLayer } from '../map/movers';
import { liveLayers, type Picked, type Scene3D } from '../map/scene';
import { Why } from '../map/why';
import { bulkDeeds } from './bulk';
import { BulkDialog } from './bulkdialog';
import { Dispatch } from './dispatch';
import { Doubles } from './doubles';
import { entryOf, moreOfIncident, type Entry } from './entry';
import { EvaluationTab } from './evaluation';
import { Handover } from './handover';
import { Help } from './help';
import { Inbox } from './inbox';
import { commandOf, type Command } from './keys';
import { Notice } from './notice';
import { PhoneReport } from './phone';
import { Pins } from './pins';
import { said, type DeskWord } from './words';

const tabs = ['inbox', 'evaluation', 'handover'] as const;
type Tab = (typeof tabs)[number];

/** How long the card waits for the next step through the list before it follows, in milliseconds. */
const follows = 180;

/** How long what came of a deed can be read, in milliseconds. */
const readable = 8000;

export class Desk {
  private tab: Tab = 'inbox';
  private resting = false; // nobody is logged in
  private seen: cases.Incident | undefined; // that the card shows
  private pair: Entry[] = []; // that are compared
  private readonly names = new Map<string, string>(); // of what moves, by id
  private following: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private readonly who: Me;
  private readonly about: Site;
  private readonly switches = new Switches(element('language'), element('theme'), () => this.spoken(), () => this.dressed());
  private readonly connection: Connection;
  private readonly pass: Pass;
  private readonly relogin: Relogin;
  private readonly inbox: Inbox;
  private readonly card: CaseCard;
  private readonly thing: Card;
  private readonly pins: Pins;
  private readonly banner: Banner;
  private readonly notice: Notice;
  private readonly dispatch: Dispatch;
  private readonly doubles: Doubles;
  private readonly bulk: BulkDialog;
  private readonly help: Help;
  private readonly report: PhoneReport;
  private readonly evaluation: EvaluationTab;
  private readonly handover: Handover;

  constructor(entered: Entered, tables: Tables, private readonly map: Scene3D) {
    const { who } = entered;
    this.who = who;
    this.about = entered.about;
    const lang = (): Lang => this.switches.lang;
    this.pins = new Pins(map.map);
    for (const layer of ['incidents', 'alarms', 'sensors']) map.show(layer, false); // the pins show the cases; sensors would hide them
    this.notice = new Notice(() => this.sound());
    this.banner = new Banner(element('urgent'), lang, (row) => this.open(this.inbox.entryOf(row)));
    this.thing = new Card(element('card'), {
      tables, lang, why: new Why(who.id, lang), may: (action) => may(who, action), changed: () => undefined, trail: (track) => map.trail(track), rays: (s) => map.rays(s),
    });
    this.inbox = new Inbox({ filter: element<HTMLFormElement>('filter'), count: element('count'), note: element('note'), grid: element('grid') }, {
      who, kinds: (['incident', 'alarm'] as const).filter((kind) => sees(who, kind)), tables, lang,
      fresh: (rows) => this.fresh(rows), stepped: (row) => this.card.take(row), personName: (id) => this.names.get(id) ?? id, drawn: () => this.drawn(), looked: (e) => this.look(e), opened: (e) => this.open(e), picked: () => this.picked(),
    });
    this.card = new CaseCard(element('case'), {
      names: () => ({
        lang: lang(), className: (code) => this.inbox.className(code), areaName: (code) => this.inbox.areaName(code),
        phenomenon: (code) => {
          const p = tables.phenomena.find((x) => x.code === code);
          return { name: p ? (lang() === 'en' ? p.nameEn : p.name) : code, unit: p?.unit ?? '' };
        },
      }),
      mayReport: may(who, 'report'), mayContact: who.sensitivity >= 3, stormOf: (id) => this.inbox.stormOf(id), rays: (s) => map.rays(s),
      look: (id, name, incident) => void this.thing.show({ id, layer: 'cameras', name }, incident), open: (kind, id) => void this.card.show(kind, id),
      changed: () => this.shown(), learned: (i) => {
        this.seen = i;
        this.inbox.details.takeIncident(i);
      },
      instead: (verb, id) => this.instead(verb, id),
    });
    this.dispatch = new Dispatch(element('dispatch'), map.map, this.pins, {
      lang, objects: () => held(this.connection.picture, viewId).objects.values(), closed: () => this.inbox.focus(),
      sent: () => this.tell(caseWord('done', lang(), { verb: verbWord('dispatch', lang()) }), false),
    });
    this.doubles = new Doubles(element('doubles'), this.pins, {
      lang, className: (code) => this.inbox.className(code), areaName: (code) => this.inbox.areaName(code), closed: () => {
        this.pair = [];
        this.pin();
        this.shown();
        this.inbox.focus();
      },
      show: (...both) => {
        this.pair = both.map((i) => entryOf(cases.incidentRow({ ...i, ...i.what }, true), moreOfIncident(i)));
        this.pin();
        this.pins.choose(both.map((i) => i.id));
        this.fit(both.map((i) => i.what.place));
      },
    });
    this.bulk = new BulkDialog(lang, () => this.inbox.hello());
    this.help = new Help(lang);
    this.report = new PhoneReport({
      lang, classes: () => this.inbox.eventClasses, channels: () => this.inbox.channels, middle: () => map.middle(), place: () => map.place(() => caseWord('clickMap', lang())),
      done: (id) => void this.card.show('incident', id), open: () => this.inbox.all, go: (at) => this.map.map.easeTo({ center: at }), show: (e) => this.open(e),
    });
    this.evaluation = new EvaluationTab(element('evaluation'), {
      lang, className: (code) => this.inbox.className(code), areaName: (code) => this.inbox.areaName(code), closed: () => this.inbox.closed(), open: (e) => this.open(e), mayEvaluate: may(who, 'check'),
    });
    this.handover = new Handover(element('handover'), {
      lang, who, all: () => this.inbox.all, clock: (e) => this.inbox.clock(e), open: (e) => this.open(e), filter: (f) => {
        this.turn('inbox');
        this.inbox.only(f);
        this.inbox.focus();
      },
    });
    map.onPick((thing) => this.pressed(thing));
    this.connection = new Connection({
      touched: (t) => this.touched(t), tiles: (news) => this.map.repaint(news), line: () => this.sign(), hello: () => this.inbox.hello(), presence: () => undefined,
      barred: (revoked) => (revoked ? this.pass.guard.end('revoked') : void this.pass.guard.check()),
    }, this.view());
    this.relogin = new Relogin(who.id, lang, () => void this.again());
    this.pass = new Pass({ user: element('user'), ending: element('ending') }, entered, lang, (why) => this.over(why));
    map.onMove(() => this.connection.look(this.view()));
    this.wire();
    this.inbox.begin();
    this.speak();
    setInterval(() => this.second(), 1000);
    this.inbox.focus();
    // For the browser tests and for a look under the hood.
    Object.assign(window, { suhe: { map: map.map, scene: map, picture: this.connection.picture, connection: this.connection, guard: this.pass.guard, notice: this.notice, inbox: this.inbox } });
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
    element('new').addEventListener('click', () => this.report.open());
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
    for (const { is } of t.changes) if (is?.layer === moverLayer && is.name) this.names.set(is.id, is.name);
    this.map.take(t);
    this.thing.take(t);
    this.inbox.take(t);
    this.dispatch.take(t);
  }

  /** Something on the map was pressed. */
  private pressed({ id, layer, name }: Picked): void {
    if (layer === moverLayer && this.dispatch.open) return this.dispatch.pick(id, name);
    const kind = layer === 'pins' ? this.inbox.entry(id)?.kind : kindOf(layer);
    if (!kind) return void this.thing.show({ id, layer, name });
    const e = this.inbox.entry(id);
    if (e) this.open(e, false);
    else void this.card.show(kind, id);
  }

  // The list and the card.

  private fresh(rows: CaseRow[]): void {
    for (const row of Inbox.urgentOf(rows)) {
      this.notice.add(row.id, row.severity);
      if (row.kind === 'incident') this.banner.add(row);
    }
  }

  private drawn(): void {
    const open = new Set(this.inbox.all.map((e) => e.id));
    this.notice.keep(open);
    this.banner.keep([...this.inbox.all]);
    this.pin();
    this.report.look();
    if (this.tab === 'handover') this.handover.show();
    this.picked();
  }

  /** The map shows what is listed, and what is compared even if it is not. */
  private pin(): void {
    const { rows } = this.inbox.roll;
    this.pins.show([...rows, ...this.pair.filter((e) => !rows.some((r) => r.id === e.id))]);
  }

  /** A line became the current one: it is marked on the map, and the card follows if it is open. */
  private look(e: Entry): void {
    this.mark(e);
    clearTimeout(this.following);
    if (this.card.id !== '') this.following = setTimeout(() => void this.card.show(e.kind, e.id, true), follows);
  }

  /** Opens a case: its card, and the map where it is. */
  private open(e: Entry, moves = true): void {
    this.dispatch.close();
    this.doubles.close();
    this.turn('inbox');
    this.inbox.find(e.id);
    this.notice.seen(e.id);
    this.banner.seen(e.id);
    void this.card.show(e.kind, e.id).then(() => this.mark(e, moves));
  }

  private mark(e: Entry, moves = true): void {
    this.pins.choose([e.id]);
    if (!moves) return;
    const { map } = this.map;
    const covered = element('case').offsetWidth;
    const at = map.project(e.place);
    const { clientWidth, clientHeight } = map.getContainer();
    if (at.x > 40 && at.y > 40 && at.x < clientWidth - covered - 40 && at.y < clientHeight - 40) return;
    map.easeTo({ center: e.place, offset: [-covered / 2, 0] });
  }

  /** The map shows all these places, beside what covers it. */
  private fit(places: LonLat[]): void {
    const box = around([{ type: 'MultiPoint', coordinates: places }]);
    if (box) this.map.map.fitBounds(box, { padding: { top: 70, left: 50, bottom: 70, right: 50 + element('case').offsetWidth }, maxZoom: 18.5 });
  }

  /** Another case is shown, or none. */
  private shown(): void {
    if (this.card.id === '') this.seen = undefined;
    this.pins.choose(this.card.id ? [this.card.id] : this.inbox.roll.current ? [this.inbox.roll.current.id] : []);
  }

  /** What the desk does in a way of its own. */
  private instead(verb: string, id: string): boolean {
    if (verb === 'dispatch' || verb === 'reassign') {
      void this.sends(id);
      return true;
    }
    if (verb !== 'merge' || this.seen?.id !== id || (this.seen.doubles ?? []).length === 0) return false;
    this.compare(id);
    return true;
  }

  private async sends(id: string): Promise<void> {
    await this.try(async () => {
      if (!(await this.dispatch.begin(id))) this.tell(said('noDispatch', this.switches.lang), true);
    });
  }

  private compare(id: string): void {
    void this.try(async () => {
      if (!(await this.doubles.begin(id))) this.tell(said('pairNone', this.switches.lang), true);
    });
  }

  /** What is picked, and what may be done with all of it. */
  private picked(): void {
    const { lang } = this.switches;
    const { picked } = this.inbox.roll;
    const verbs = bulkDeeds(picked, (action) => may(this.who, action));
    const key = `${lang} ${picked.length} ${verbs.join()}`;
    const bar = element('picked');
    if (bar.dataset.said === key) return;
    bar.dataset.said = key;
    bar.hidden = picked.length === 0;
    bar.replaceChildren(make('strong', { role: 'status' }, said('picked', lang, { n: picked.length })), ...verbs.map((verb) => {
      const b = button(verbWord(verb, lang), () => this.bulkly(verb));
      b.dataset.verb = verb;
      return b;
    }), button(said('drop', lang), () => this.inbox.drop()));
  }

  private bulkly(verb: string): void {
    const why = this.bulk.begin(verb, this.inbox.roll.picked);
    if (why) this.tell(why, true);
  }

  // Keys.

  private key(e: KeyboardEvent): void {
    if (document.documentElement.dataset.veiled !== undefined || this.resting) return;
    const at = e.target instanceof HTMLElement ? e.target : document.body;
    const command = commandOf(e, {
      typing: at.closest('input:not([type=checkbox]), textarea, select') !== null, dialog: document.querySelector('dialog[open], .placing') !== null, control: at.closest('button, a, summary, input') !== null,
    }, this.help.letters);
    // Arrows and pages scroll what has the focus beside the list, and the map.
    if (!command || at.closest('#map, #case, #card, #doubles, #evaluation, #tabs') && ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'].includes(e.key)) return;
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
        if (may(this.who, 'report')) this.report.open();
        return true;
      case 'close':
        return this.close();
      case 'search':
        this.turn('inbox');
        this.inbox.focusText();
        return true;
      default:
        return this.tab === 'inbox' && this.obeyList(command);
    }
  }

  private obeyList(command: Command): boolean {
    const { inbox } = this;
    switch (command) {
      case 'down':
        inbox.move(1);
        return true;
      case 'up':
        inbox.move(-1);
        return true;
      case 'pageDown':
        inbox.move(1, true);
        return true;
      case 'pageUp':
        inbox.move(-1, true);
        return true;
      case 'first':
        inbox.go(0);
        return true;
      case 'last':
        inbox.go(Infinity);
        return true;
      case 'pick':
        inbox.pick();
        return true;
      case 'pickAll':
        inbox.pickAll();
        return true;
      case 'filter':
        inbox.focusFilter();
        return true;
      case 'map':
        this.mapAll();
        return true;
      case 'open':
        if (inbox.roll.current) this.open(inbox.roll.current);
        return true;
      case 'acknowledge':
      case 'file':
      case 'supervise':
        if (inbox.roll.picked.length > 0) this.bulkly(command);
        else void this.deed(command);
        return true;
      case 'dispatch':
      case 'merge':
      case 'escalate':
        void this.deed(command);
        return true;
      default:
        return false;
    }
  }

  /** Does something with the current case by a key: as by the button of its card. */
  private async deed(verb: string): Promise<void> {
    const e = this.inbox.roll.current;
    if (!e) return;
    if (this.card.id !== e.id) {
      this.notice.seen(e.id);
      this.banner.seen(e.id);
      await this.card.show(e.kind, e.id, true);
      this.mark(e);
    }
    if (this.card.press(verb) || verb === 'dispatch' && this.card.press('reassign')) return;
    this.tell(said('noDeed', this.switches.lang, { verb: verbWord(verb, this.switches.lang) }), true);
  }

  /** Closes what lies on top; whether there was something. */
  private close(): boolean {
    if (document.querySelector('dialog[open]')) return false;
    if (this.dispatch.open) this.dispatch.close();
    else if (this.doubles.open) this.doubles.close();
    else if (this.thing.open) this.thing.hide();
    else if (this.card.id !== '') this.card.hide();
    else if (this.inbox.roll.picked.length > 0) this.inbox.drop();
    if (this.tab === 'inbox') this.inbox.focus();
    return true;
  }

  /** The map shows all that is listed. */
  private mapAll(): void {
    const box = around([{ type: 'MultiPoint', coordinates: this.inbox.roll.rows.map((e) => e.place) }]);
    if (box) this.map.map.fitBounds(box, { padding: 50, maxZoom: 17 });
  }

  // The page.

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

  /** Does something that asks the server; says so if it will not. */
  private async try(what: () => Promise<void>): Promise<void> {
    try {
      await what();
    } catch (e) {
      this.tell(caseWord('refused', this.switches.lang) + (e instanceof Problem ? e.message : caseWord('away', this.switches.lang)), true);
    }
  }

  /** Says what came of something, for a while. */
  private tell(text: string, bad: boolean): void {
    const box = element('said');
    box.dataset.trouble = String(bad);
    put(box, text);
    clearTimeout(this.silence);
    this.silence = setTimeout(() => put(box, ''), readable);
  }

  private sound(): void {
    const { lang } = this.switches;
    const mute = element('mute');
    mute.textContent = said(this.notice.muted ? 'unmute' : 'mute', lang);
    mute.setAttribute('aria-pressed', String(this.notice.muted));
    mute.title = this.notice.ready || this.notice.muted ? '' : said('soundWaits', lang);
    document.title = `${this.notice.count > 0 ? `(${this.notice.count}) ` : ''}${said('desk', lang)} · ${word('title', lang)}`;
  }

  private over(why: Over): void {
    if (why === 'revoked') return leave(why);
    this.resting = true;
    forgetReason();
    this.connection.pause();
    this.relogin.open(why);
  }

  /** The same has logged in again. */
  private async again(): Promise<void> {
    this.resting = false;
    await this.pass.guard.again();
    this.connection.retry();
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
    this.inbox.second(now);
    this.sign();
  }

  private dressed(): void {
    this.map.dress(this.switches.theme, this.switches.lang);
    this.thing.dress();
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
    this.inbox.speak();
    this.card.speak();
    this.thing.speak();
    this.banner.speak();
    this.dispatch.speak();
    this.doubles.speak();
    this.evaluation.speak();
    if (this.tab === 'handover') this.handover.show();
    this.sound();
    this.pass.speak();
    this.relogin.speak();
    this.picked();
    this.second();
  }
}

