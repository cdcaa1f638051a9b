/** The page of a patrol: made for one hand, daylight and a network that comes and goes. */
import './patrol.css';
import * as api from '../lib/api';
import { eventTables } from '../lib/cases';
import { fetchCreek, keptCreek } from '../lib/creekfile';
import type { Datum } from '../lib/datum';
import { element, make, say as put } from '../lib/dom';
import type { Entered } from '../lib/entrance';
import type { Live, View } from '../lib/frames';
import { distance, type LonLat } from '../lib/geo';
import { Guard, type Why } from '../lib/guard';
import { savedLanguage, saveLanguage, word, type Lang } from '../lib/i18n';
import { isLive } from '../lib/line';
import { Outbox } from '../lib/outbox';
import { held } from '../lib/picture';
import { Offline, Problem } from '../lib/problem';
import { logout, may } from '../lib/session';
import { PhoneShelf } from '../lib/shelf';
import { Connection, viewId } from '../lib/stream';
import { showStrip } from '../lib/strip';
import { clock } from '../lib/time';
import { Relogin } from '../login/relogin';
import { Around, boxAround } from './around';
import { Bar } from './bar';
import { Book } from './book';
import { courier } from './courier';
import { Desk, type Names } from './desk';
import { keepEdition } from './edition';
import { fetchBanks, keptBanks } from './ground';
import { Here } from './here';
import { icon } from './icons';
import type { CreekMap } from './map';
import { MinePane } from './minepane';
import { Outfit } from './outfit';
import { Report } from './report';
import { Sheet } from './sheet';
import { Shift } from './shift';
import { ShiftPane } from './shiftpane';
import { ask, enter, forget, same } from './start';
import { TaskCard } from './taskcard';
import { Tasks } from './tasks';
import { say, type PatrolWord } from './words';

const panes = ['tasks', 'around', 'shift', 'mine'] as const;
type Pane = typeof panes[number];

/** States come at most once a second. */
const rate = 1;

/** The view of the stream follows who has walked so far, in metres. */
const strayed = 40;

/** What hardly changes is asked for again after so long, in milliseconds: on a weak network it costs half a minute. */
const learnEvery = 12 * 3600_000;

class Patrol {
  private lang: Lang = savedLanguage();
  private pane: Pane = 'tasks';
  private connection: Connection | undefined;
  private lookedAt: LonLat | undefined;
  private creek = { share: 0, bytes: 0 };
  private resting = false; // nobody is logged in: nothing is asked for
  private drawing = false; // soon
  private toLearn = false; // since the session of the stream began
  private sure: boolean; // the server has said who is here
  private known: Set<string> | undefined; // one's own tasks that were shown; undefined until the first list
  private installer: (() => void) | undefined;
  private fresh: (() => void) | undefined;
  private readonly here = new Here(() => this.moved());
  private readonly outfit: Outfit;
  private readonly bar: Bar;
  private readonly book: Book;
  private readonly shift: Shift;
  private readonly outbox: Outbox;
  private readonly desk: Desk;
  private readonly guard: Guard;
  private readonly relogin: Relogin;
  private readonly sheet = new Sheet(element('sheet'), [element('top'), element('panes'), element('tabs')]);
  private readonly card: TaskCard;
  private readonly report: Report;
  private readonly around: Around;
  private readonly views: Record<'tasks' | 'shift' | 'mine', { draw(now: number): void }>;

  constructor(private readonly entered: Entered & { sure: boolean }, private readonly shelf: PhoneShelf) {
    const { who } = entered;
    this.sure = entered.sure;
    const lang = (): Lang => this.lang;
    this.outfit = new Outfit(() => {
      this.around?.chart?.wear();
      this.draw();
    });
    this.bar = new Bar(lang, () => this.turn('shift'));
    this.book = new Book(shelf, () => this.draw());
    this.shift = new Shift(shelf, () => this.draw());
    this.outbox = new Outbox(who.id, shelf, courier(shelf), {
      changed: () => this.draw(),
      ended: (d) => { if (d.incident) this.book.want(d.incident); }, // what it is now, or why it could not be done
    });
    this.desk = new Desk(who, shelf, this.book, this.outbox, this.here, this.shift, lang);
    const open = (id: string): void => this.card.show(id);
    this.card = new TaskCard(this.sheet, this.desk, (id) => this.navigate(id));
    this.around = new Around({ chart: element('chart'), way: element('way'), near: element('near') }, this.desk, () => this.map(), open);
    this.report = new Report(this.sheet, this.desk, () => this.around.chart?.middle() ?? this.desk.middle, () => this.bar.say(this.live() ? 'reported' : 'reportedOffline'));
    this.views = {
      tasks: new Tasks(element('tasks'), this.desk, open),
      shift: new ShiftPane(element('shift'), this.desk, () => this.showTrack(), open),
      mine: new MinePane(element('mine'), this.desk, {
        theme: () => this.outfit.theme, dress: () => this.outfit.turn(), speak: () => this.speak(this.lang === 'zh' ? 'en' : 'zh'),
        bright: () => this.outfit.bright, brighten: () => this.outfit.brighten(),
        datum: savedDatum, measure: (d) => this.measure(d), map: () => this.creek,
        update: () => this.fresh, install: () => this.installer, leave: () => void this.leave(),
      }),
    };
    this.relogin = new Relogin(who.id, lang, () => void this.again());
    this.guard = new Guard(who, entered.at, {
      near: (e) => {
        const box = element('ending');
        box.hidden = !e;
        if (e) put(box, word(e.idle ? 'idleSoon' : 'endsSoon', this.lang).replace('{t}', clock(e.at)));
      },
      over: (why) => this.over(why), changed: () => location.reload(),
    });
  }

  async open(): Promise<void> {
    this.tabs();
    this.speak(this.lang);
    this.names(await this.shelf.kept<Names>('names'));
    await this.book.open();
    await this.shift.open();
    await this.outbox.open();
    this.desk.banks = await keptBanks(this.shelf);
    const creek = await keptCreek(this.shelf, savedDatum());
    if (creek) this.creek = { share: 1, bytes: creek.size };
    this.hash();
    addEventListener('hashchange', () => this.hash());
    addEventListener('online', () => this.wake());
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) return;
      this.wake();
      this.draw();
    });
    addEventListener('beforeinstallprompt', (e) => {
      e.preventDefault();
      this.offer(() => {
        this.offer(undefined); // a browser asks once only
        void (e as Event & { prompt(): Promise<void> }).prompt();
      });
    });
    addEventListener('appinstalled', () => this.offer(undefined));
    setInterval(() => this.second(), 1000);
    this.second();
    this.connection = new Connection({
      touched: (t) => {
        this.book.take(t.events);
        if (t.changes.length > 0) this.around.take(this.seen().values());
        if (t.changes.length > 0 || t.events.length > 0) this.draw();
      },
      tiles: () => {}, presence: () => {}, line: () => this.settle(),
      hello: () => void this.greeted(),
      barred: (told) => (told ? this.guard.end('revoked') : void this.guard.check()),
    }, this.view());
    void keepEdition((update) => {
      this.fresh = update;
      this.draw();
    });
    // For the browser tests and for a look under the hood.
    Object.assign(window, { suhe: { desk: this.desk, around: this.around, connection: this.connection, guard: this.guard, creek: () => this.creek } });
  }

  /** A session of the stream has begun: what was decided meanwhile is asked for, then what the phone keeps for later. */
  private async greeted(): Promise<void> {
    await this.assure();
    this.outbox.wake();
    await quiet(this.book.fill());
    this.toLearn = true;
    this.settle();
  }

  /** The line is another. What is for later waits until it has told what is so now: on a weak network they would share it. */
  private settle(): void {
    this.drawNow();
    if (!this.toLearn || !this.live() && this.connection?.line.state !== 'refused') return;
    this.toLearn = false;
    void quiet(this.learn());
  }

  /** Asks who is here, if that is only remembered; begins anew if it is somebody else, or may something else. */
  private async assure(): Promise<void> {
    if (this.sure) return;
    const is = await ask().catch((e: unknown) => {
      if (e instanceof Offline || e instanceof Problem) return undefined;
      throw e;
    });
    if (is && !same(is, this.entered)) location.reload();
    this.sure ||= is !== undefined;
  }

  /** What hardly changes, and what the phone needs where there is no network. */
  private async learn(): Promise<void> {
    if (this.desk.handles) await this.shift.learn();
    const at = await this.shelf.kept<number>('learned') ?? 0;
    if (Date.now() - at < learnEvery && this.creek.share === 1) return;
    const [{ classes: events }, tables, scene] = await Promise.all([eventTables(), api.tables(), api.scene()]);
    this.names({ events, tables, bounds: scene.bounds });
    await this.shelf.keep('names', this.desk.names);
    this.desk.banks = await fetchBanks(this.shelf, scene.bounds);
    this.draw();
    await this.download();
    await this.shelf.keep('learned', Date.now());
  }

  private async download(): Promise<void> {
    const datum = savedDatum();
    const file = await fetchCreek(this.shelf, datum, (share) => { this.creek = { share, bytes: this.creek.bytes }; });
    this.creek = { share: 1, bytes: file.size };
    if (this.around.chart && !this.around.chart.drawing) this.around.chart.base(file, datum);
  }

  private names(names: Names | undefined): void {
    if (names) this.desk.names = names;
    this.draw();
  }

  /** The map, fetched when it is first looked at. */
  private async map(): Promise<CreekMap> {
    const { CreekMap } = await import('./map');
    const datum = savedDatum();
    const map = new CreekMap(element('chart'), this.desk.names.bounds, datum, (id) => this.around.pick(id));
    const file = await keptCreek(this.shelf, datum);
    if (file) map.base(file, datum);
    return map;
  }

  private measure(datum: Datum): void {
    localStorage.setItem('suhe.datum', datum);
    this.creek = { share: 0, bytes: 0 };
    void (async () => {
      const kept = await keptCreek(this.shelf, datum) ?? await fetchCreek(this.shelf, datum, (share) => { this.creek = { share, bytes: 0 }; });
      this.creek = { share: 1, bytes: kept.size };
      this.around.chart?.base(kept, datum);
      this.draw();
    })().catch(() => undefined); // without a network: it comes with the next session
    this.draw();
  }

  /** What the stream is asked for: incidents everywhere come as events, things from near by. */
  private view(): View {
    const at = this.here.at ?? this.desk.middle;
    this.lookedAt = at;
    return { layers: ['assets', 'sensors', 'cameras', 'incidents'], tiles: [], bbox: boxAround(at), zoom: 19, zooms: [16, 16], rate };
  }

  private seen(): Map<number, Live> {
    return this.connection ? held(this.connection.picture, viewId).objects : new Map();
  }

  private moved(): void {
    const { fix } = this.here;
    // Who walks does something, even if nobody touches the phone.
    if (fix && this.shift.note(fix)) this.guard.act();
    this.report.moved();
    if (fix && this.connection && (!this.lookedAt || distance(fix.at, this.lookedAt) > strayed)) this.connection.look(this.view());
    this.draw();
  }

  private navigate(id: string): void {
    this.sheet.hide();
    this.turn('around');
    this.around.navigate(id);
  }

  private showTrack(): void {
    this.turn('around');
    void this.around.show().then(() => {
      const line = this.shift.track();
      this.around.chart?.track(line);
      this.around.chart?.show(line);
    });
  }

  private tabs(): void {
    const item = (of: Pane | 'report'): HTMLElement => {
      const b = make('button', { type: 'button', className: of === 'report' ? 'report' : '' }, icon(of), make('span', {}));
      b.dataset.tab = of;
      b.addEventListener('click', () => (of === 'report' ? this.report.show() : this.turn(of)));
      return b;
    };
    element('tabs').replaceChildren(item('tasks'), item('around'), ...(may(this.entered.who, 'report') ? [item('report')] : []), item('shift'), item('mine'));
  }

  /** An address with #report, #around and the like begins there. */
  private hash(): void {
    const asked = location.hash.slice(1);
    if (asked === 'report' && this.desk.reports) this.report.show();
    else if ((panes as readonly string[]).includes(asked)) this.turn(asked as Pane);
    else this.turn(this.pane);
  }

  private turn(to: Pane): void {
    this.pane = to;
    for (const p of panes) element(p).hidden = p !== to;
    for (const b of element('tabs').querySelectorAll<HTMLElement>('button')) {
      if (b.dataset.tab === to) b.setAttribute('aria-current', 'page');
      else b.removeAttribute('aria-current');
    }
    put(element('title'), say(to, this.lang));
    if (to === 'around') void this.around.show();
    this.drawNow();
  }

  /** Offers to be put among the phone's own apps, or does so no longer. */
  private offer(install: (() => void) | undefined): void {
    this.installer = install;
    this.draw();
  }

  /** Draws what is seen, once for all that changed meanwhile. */
  private draw(): void {
    if (this.drawing) return;
    this.drawing = true;
    setTimeout(() => {
      this.drawing = false;
      this.drawNow();
    }, 60);
  }

  private drawNow(): void {
    if (document.hidden) return; // in a pocket
    const now = Date.now();
    if (this.pane === 'around') this.around.draw(true);
    else this.views[this.pane].draw(now);
    this.card.draw(now);
    this.bar.show(this.connection?.line ?? { state: 'connecting' }, this.book.at, this.outbox.count());
  }

  private live(): boolean {
    return this.connection !== undefined && isLive(this.connection.line);
  }

  /** A task that came while one looked elsewhere makes itself seen, and felt. */
  private news(now: number): void {
    const mine = this.desk.owed(now).filter((o) => o.mine).map((o) => o.task);
    const fresh = this.known && mine.filter((t) => !this.known!.has(t.id));
    if (this.book.at > 0) this.known = new Set([...this.known ?? [], ...mine.map((t) => t.id)]);
    if (!fresh || fresh.length === 0) return;
    this.bar.say('newTask', { t: fresh.map((t) => t.title).join('、') });
    navigator.vibrate?.([200, 100, 200]);
  }

  private second(): void {
    this.news(Date.now());
    this.drawNow();
  }

  /** The network is said to be back, or somebody looks again. */
  private wake(): void {
    if (this.resting) return;
    this.connection?.retry();
    this.outbox.wake();
  }

  private speak(lang: Lang): void {
    this.lang = lang;
    saveLanguage(lang);
    document.title = say('title', lang);
    const { about, who } = this.entered;
    showStrip(element('strip'), about, who, lang);
    element('tabs').ariaLabel = say('nav', lang);
    element('chart').ariaLabel = say('map', lang);
    for (const b of element('tabs').querySelectorAll<HTMLElement>('button')) put(b.querySelector('span')!, say(b.dataset.tab as PatrolWord, lang));
    this.relogin?.speak();
    this.turn(this.pane);
  }

  /** The login is over: what is yet to be sent waits until the same person is here again. */
  private over(why: Why): void {
    this.resting = true;
    this.outbox.pause();
    this.connection?.pause();
    this.relogin.open(why);
  }

  private async again(): Promise<void> {
    this.resting = false;
    await this.guard.again();
    this.wake();
  }

  private async leave(): Promise<void> {
    const { waiting } = this.outbox.count();
    if (waiting > 0 && !confirm(say('logoutAsk', this.lang, { n: waiting }))) return;
    await quiet(logout());
    forget();
    await this.shelf.forget();
    location.assign('/login?why=bye&to=%2Fpatrol');
  }
}

/** What may fail for want of a network comes again with the next session. */
async function quiet(work: Promise<unknown>): Promise<void> {
  await work.catch((e: unknown) => { if (!(e instanceof Offline || e instanceof Problem)) throw e; });
}

function savedDatum(): Datum {
  return localStorage.getItem('suhe.datum') === 'gcj02' ? 'gcj02' : 'wgs84';
}

function awaiting(): void {
  element('sign').dataset.status = 'offline';
  element('sign').textContent = say('offline', savedLanguage());
}

async function start(): Promise<void> {
  new Outfit(); // dressed also while nobody is here yet
  const entered = await enter(awaiting);
  await new Patrol(entered, await PhoneShelf.open(`suhe.patrol.${entered.who.id}`)).open();
}

start().catch((e: unknown) => {
  if (e instanceof Problem && e.status === 401) return;
  element('sign').textContent = (e as Error).message;
  throw e;
});
