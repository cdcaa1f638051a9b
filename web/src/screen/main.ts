/** The page of the wall: the creek by day and by night, how it is, what happens, and what is done about it. */
import 'maplibre-gl/dist/maplibre-gl.css';
import './screen.css';
import * as api from '../lib/api';
import type { Entered } from '../lib/entrance';
import { element } from '../lib/dom';
import type { Live, View } from '../lib/frames';
import { choose, savedLanguage, word, type Lang } from '../lib/i18n';
import { isLive } from '../lib/line';
import { openPage } from '../lib/opening';
import { held, type Touched } from '../lib/picture';
import { may, type Me } from '../lib/session';
import { showStatus } from '../lib/status';
import { Connection, viewId } from '../lib/stream';
import { showStrip } from '../lib/strip';
import { Switches } from '../lib/switches';
import { savedTheme } from '../lib/theme';
import { clock, day } from '../lib/time';
import { Stay } from '../login/stay';
import { Company } from '../map/company';
import { moverLayer } from '../map/movers';
import { Places } from '../map/places';
import { liveLayers, Scene3D } from '../map/scene';
import { Casebook } from './casebook';
import { creek, insist, type Creek } from './facts';
import { Fleet } from './craft';
import { LoopBoard } from './loop';
import { View3D } from './view';
import { SceneChoice } from './choice';
import { Spotlight } from './spotlight';
import { StripView } from './stripview';
import { Troubles } from './troubles';
import { Vitals } from './vitals';
import { along, tell } from './words';
import type { Gauges } from './water';

/** The stream is asked for all of the creek, as if one looked at it from so near that things are told one by one. */
const near = 17;

/** The zooms of tiles that a flight may show. */
const zooms: [number, number] = [8, 17];

/** Deltas a second: a wall moves between them by itself. */
const rate = 2;

/** After so long without a hand the buttons are out of the way, in milliseconds. */
const idleAfter = 5000;

class Wall {
  private readonly switches = new Switches(element('language'), element('theme'), () => this.spoken(), () => this.dressed());
  private readonly fleet = new Fleet();
  private readonly troubles = new Troubles();
  private readonly vitals = new Vitals(element('vitals').querySelector('dl')!);
  private readonly choice: SceneChoice;
  private readonly connection: Connection;
  private readonly company: Company;
  private readonly cases: Casebook;
  private readonly board: LoopBoard;
  private readonly strip: StripView;
  private readonly spotlight: Spotlight;
  private readonly view: View3D;
  private readonly stay: Stay;
  private readonly who: Me;
  private readonly chainages = new Map<string, number>(); // of gauges, which stand still
  private gauges: Gauges = [];
  private idle = 0;

  constructor(private readonly entered: Entered, private readonly about: api.Scene, private readonly tables: api.Tables, private readonly known: Creek, private readonly map: Scene3D) {
    const { who } = entered;
    this.who = who;
    const lang = (): Lang => this.switches.lang;
    const where = (at: [number, number]): string => this.where(at);
    const className = (code: string): string => this.className(code);
    this.choice = new SceneChoice(element('scenes'), () => this.staged());
    this.cases = new Casebook(who, (row) => this.troubles.add(row, Date.now()), (row) => this.troubles.take(row, Date.now()));
    this.board = new LoopBoard({
      phases: element('phases'), lights: element('lights'), newest: element('newest').querySelector('ul')!,
      people: element('people').querySelector('ul')!, counts: element('people-counts'),
    }, { where, className });
    this.strip = new StripView(document.querySelector<SVGSVGElement>('#along svg')!, known.strip, known.facts.course);
    this.spotlight = new Spotlight(element('spotlight'), {
      lang, mayDispatch: may(who, 'dispatch'), movers: () => this.movers() ?? [], where, className, rays: (s) => map.rays(s), back: () => this.troubles.dismiss(),
    });
    this.view = new View3D(map.map, known.facts, this.fleet, {
      scene: () => this.choice.is, live: () => isLive(this.connection.line), gauges: () => this.gauges, open: () => this.cases.open(),
      covered: () => element('spotlight').offsetHeight, broken: (is) => { element('broken').hidden = !is; }, restored: () => this.retold(),
    });
    this.connection = new Connection({
      touched: (t) => this.touched(t), tiles: (news) => map.repaint(news), line: () => this.second(),
      hello: (session) => {
        this.company.hello(session);
        void this.cases.hello();
      },
      presence: (here, gone) => this.company.take(here, gone),
      barred: (revoked) => this.stay.barred(revoked),
    }, this.looked());
    this.company = new Company(map, {
      button: element('who'), panel: element('here'), title: element('here-title'), label: element('name-label'),
      name: element<HTMLInputElement>('name'), list: element('screens'), following: element('following'), stop: element('stop'),
    }, {
      send: (r) => this.connection.send(r), lang, selected: () => 0, sees: may(who, 'dispatch'), named: (fid) => this.objects().get(fid)?.name ?? `#${fid}`, places: new Places(map.map),
    });
    this.stay = new Stay(entered, lang, { ended: () => this.connection.pause(), again: () => this.connection.retry() });
    for (const kind of ['pointermove', 'pointerdown', 'keydown'] as const) addEventListener(kind, () => this.awake());
    addEventListener('keydown', (e) => { if (e.key === 'Escape') this.close(); });
    this.staged();
    this.speak();
    this.awake();
    setInterval(() => this.second(), 1000);
    // For the browser tests and for a look under the hood.
    Object.assign(window, { suhe: {
      map: map.map, scene: map, view: this.view, troubles: this.troubles, vitals: this.vitals, cases: this.cases, session: () => this.company.myself,
      picture: this.connection.picture, connection: this.connection, guard: this.stay.guard,
    } });
  }

  /** All of the creek, wherever the scene flies: values, the strip and the light of trouble are of all of it. */
  private looked(): View {
    const { bounds } = this.about;
    // What moves is somebody's whereabouts: only for who sends people.
    return { layers: may(this.who, 'dispatch') ? [...liveLayers, moverLayer] : liveLayers, tiles: this.map.sources(), bbox: bounds, zoom: near, zooms, rate };
  }

  private objects(): Map<number, Live> {
    return held(this.connection.picture, viewId).objects;
  }

  /** Who and what moves; undefined if it is not for this account. */
  private movers(): Live[] | undefined {
    return may(this.who, 'dispatch') ? [...this.objects().values()].filter((o) => o.layer === moverLayer) : undefined;
  }

  private touched(t: Touched): void {
    this.map.take(t);
    const now = Date.now();
    for (const { was, is } of t.changes) {
      const o = is ?? was;
      if (o?.layer === moverLayer) this.fleet.take(o.fid, is, now);
    }
    this.cases.take(t);
  }

  /** The graphics are new: what they were told before they are told again. */
  private retold(): void {
    this.map.take({ id: viewId, changes: [...this.objects().values()].map((is) => ({ was: is, is })), events: [], resync: false });
  }

  private where(at: [number, number]): string {
    const { chainage, bank } = this.known.facts.course.foot(at);
    return along(chainage, bank, this.switches.lang);
  }

  private className(code: string): string {
    const is = this.cases.classes.find((c) => c.code === code) ?? this.tables.classes.find((c) => c.code === code);
    return is ? choose([is.name, is.nameEn], this.switches.lang) : code;
  }

  /** Closes what lies on top; a dialog closes by itself. */
  private close(): void {
    if (document.querySelector('dialog[open]')) return;
    if (!element('here').hidden) element('who').click();
    else this.troubles.dismiss();
  }

  /** A hand is here: buttons are shown, for a while. */
  private awake(): void {
    document.documentElement.dataset.hand = '';
    clearTimeout(this.idle);
    this.idle = window.setTimeout(() => { delete document.documentElement.dataset.hand; }, idleAfter);
  }

  private sign(): void {
    const { line, heard } = this.connection;
    showStatus({ sign: element('sign'), detail: element('detail'), stale: element('stale') }, line, heard, Date.now(), this.who, this.switches.lang);
    this.map.pale(!isLive(line) && heard > 0);
  }

  private second(): void {
    const { lang } = this.switches;
    const now = Date.now();
    element('clock').textContent = `${day(now, lang)} ${clock(now)}`;
    const objects = [...this.objects().values()];
    const live = isLive(this.connection.line);
    this.gauges = this.read(objects);
    this.vitals.take(objects, now, live, lang);
    if (live && objects.length > 0) void this.vitals.recall(objects, now);
    this.board.showCases(this.cases.listed, this.cases.over, now, lang);
    this.board.showPeople(this.movers(), this.choice.is.movers, lang);
    const { lng, lat } = this.map.map.getCenter();
    this.strip.show({ gauges: this.gauges, open: this.cases.open(), movers: this.movers() ?? [], at: this.known.facts.course.foot([lng, lat]).chainage });
    const shown = this.troubles.now(now);
    this.spotlight.show(shown, this.troubles.queued, now);
    this.view.led(this.company.led);
    this.view.trouble(shown?.row, now);
    element('tour').textContent = shown ? tell('spotlight', lang) : this.view.pilot(now) === 'hand' ? tell('held', lang) : this.view.pilot(now) === 'tour' ? tell('touring', lang) : '';
    this.sign();
  }

  /** What the gauges say, in order of chainage: of those that can be believed. */
  private read(objects: Live[]): Gauges {
    const out: [number, number][] = [];
    for (const o of objects) {
      const level = o.layer === 'sensors' && o.summary !== 'invalid' ? o.values.water_level : undefined;
      if (level === undefined) continue;
      if (!this.chainages.has(o.id)) this.chainages.set(o.id, this.known.facts.course.foot([o.lon, o.lat]).chainage);
      out.push([this.chainages.get(o.id)!, level]);
    }
    return out.sort((a, b) => a[0] - b[0]);
  }

  /** Another scene was chosen. */
  private staged(): void {
    this.vitals.order(this.choice.is.signs);
    this.view.staged();
    element('scene-name').textContent = tell(this.choice.is.name, this.switches.lang);
  }

  private dressed(): void {
    this.map.dress(this.switches.theme, this.switches.lang);
    this.vitals.dress();
  }

  private spoken(): void {
    this.speak();
    this.map.dress(this.switches.theme, this.switches.lang);
  }

  private speak(): void {
    const { lang } = this.switches;
    document.title = tell('title', lang);
    element('title').textContent = tell('title', lang);
    element('map').ariaLabel = tell('mapSaid', lang);
    element('scenes').ariaLabel = tell('scenes', lang);
    element('broken').textContent = tell('broken', lang);
    element('vitals-title').textContent = word('signs', lang);
    for (const [id, key] of [['loop-title', 'loop'], ['closed-note', 'closedNote'], ['newest-title', 'newest'], ['people-title', 'duty24'], ['along-title', 'strip'], ['scene-name', this.choice.is.name]] as const) element(id).textContent = tell(key, lang);
    showStrip(element('strip'), this.entered.about, this.who, lang);
    this.choice.speak(lang);
    this.strip.lay(lang);
    this.company.speak();
    this.stay.speak();
    this.second();
  }
}

element('title').textContent = tell('title', savedLanguage());
openPage((who) => may(who, 'view'), async (entered, awaiting) => {
  const [about, tables] = await insist(() => Promise.all([api.scene(), api.tables()]), awaiting);
  const facts = insist(() => creek(about), awaiting); // comes while the map is made
  const map = new Scene3D(element('map'), about, undefined, savedTheme(), savedLanguage(), true);
  const [known] = await Promise.all([facts, map.ready]);
  new Wall(entered, about, tables, known, map);
});
