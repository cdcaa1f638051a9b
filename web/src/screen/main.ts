/** The page of the wall: the creek by day and by night, how it is, what happens, and what is done about it. */
import 'maplibre-gl/dist/maplibre-gl.css';
import './screen.css';
import * as api from '../lib/api';
import type { Entered } from '../lib/entrance';
import { element, say } from '../lib/dom';
import type { Live, View } from '../lib/frames';
import type { LonLat } from '../lib/geo';
import { choose, savedLanguage, word, type Lang } from '../lib/i18n';
import { isLive } from '../lib/line';
import { openPage } from '../lib/opening';
import { held, type Touched } from '../lib/picture';
import type { Sight } from '../lib/sight';
import { may, type Me } from '../lib/session';
import { showStatus } from '../lib/status';
import { Connection, viewId } from '../lib/stream';
import { showStrip } from '../lib/strip';
import { Switches } from '../lib/switches';
import { clock, day } from '../lib/time';
import { Stay } from '../login/stay';
import { moverLayer } from '../map/movers';
import { liveLayers, Scene3D } from '../map/scene';
import { Casebook } from './casebook';
import { Chainages } from './chainages';
import { creek, insist, type Creek } from './facts';
import { LoopBoard } from './loop';
import { SceneChoice } from './choice';
import { Scenery } from './scenery';
import { Spotlight } from './spotlight';
import { StripView } from './stripview';
import { Troubles, type Shown } from './troubles';
import { Vitals } from './vitals';
import { tell } from './words';
import type { Gauges } from './water';

/** The stream is asked for all of the creek, as if one looked at it from so near that things are told one by one. */
const near = 17;

/** The zooms of tiles that a flight may show. */
const zooms: [number, number] = [8, 17];

/** Deltas a second: a wall moves between them by itself. */
const rate = 2;

/** The scene waits for the first values no longer than this, in milliseconds. */
const longest = 3000;

/** After so long without a hand the buttons are out of the way, in milliseconds. */
const idleAfter = 5000;

class Wall {
  private readonly switches = new Switches(element('language'), element('theme'), () => this.spoken(), () => this.dressed());
  private readonly troubles = new Troubles();
  private readonly vitals = new Vitals(element('vitals').querySelector('dl')!);
  private readonly choice: SceneChoice;
  private readonly connection: Connection;
  private readonly cases: Casebook;
  private readonly board: LoopBoard;
  private readonly spotlight: Spotlight;
  private readonly stay: Stay;
  private readonly who: Me;
  private readonly chainages = new Chainages();
  private gauges: Gauges = [];
  private idle = 0;
  private session = ''; // ours
  private sight: Sight | undefined; // of the trouble that is shown
  private begun = (): void => {};
  private readonly live = new Promise<void>((done) => { this.begun = done; }); // the line, for the first time
  private hindered = ''; // why there is no scene
  // What comes after the first values.
  private strip: StripView | undefined;
  private map: Scene3D | undefined; // its style may be on the way yet
  private scenery: Scenery | undefined;

  constructor(private readonly entered: Entered, private readonly about: api.Scene, private readonly tables: api.Tables) {
    const { who } = entered;
    this.who = who;
    const lang = (): Lang => this.switches.lang;
    const where = (at: LonLat): string => this.chainages.where(at, lang());
    const className = (code: string): string => this.className(code);
    this.choice = new SceneChoice(element('scenes'), () => this.staged());
    this.cases = new Casebook(who, (row) => this.troubles.add(row, Date.now()), (row) => this.troubles.take(row, Date.now()));
    this.board = new LoopBoard({
      phases: element('phases'), lights: element('lights'), newest: element('newest').querySelector('ul')!,
      people: element('people').querySelector('ul')!, counts: element('people-counts'),
    }, { where, className });
    this.spotlight = new Spotlight(element('spotlight'), {
      lang, mayDispatch: may(who, 'dispatch'), movers: () => this.movers() ?? [], where, className, back: () => this.troubles.dismiss(),
      rays: (s) => {
        this.sight = s;
        this.map?.rays(s);
      },
    });
    this.connection = new Connection({
      touched: (t) => this.touched(t), tiles: (news) => this.map?.repaint(news), line: () => this.heard(),
      hello: (session) => {
        this.session = session;
        this.scenery?.company.hello(session);
        void this.cases.hello();
      },
      presence: (here, gone) => this.scenery?.company.take(here, gone),
      barred: (revoked) => this.stay.barred(revoked),
    }, this.looked([]));
    this.stay = new Stay(entered, lang, { ended: () => this.connection.pause(), again: () => this.connection.retry() });
    for (const kind of ['pointermove', 'pointerdown', 'keydown'] as const) addEventListener(kind, () => this.awake());
    addEventListener('keydown', (e) => { if (e.key === 'Escape') this.close(); });
    this.staged();
    this.speak();
    this.awake();
    setInterval(() => this.second(), 1000);
  }

  /** Lets the scene come. Its first pictures take all of a machine for a while: the first values are shown before. */
  async furnish(): Promise<void> {
    try {
      const [known, map] = await Promise.all([this.learn(), this.made()]);
      this.stand(new Scenery(map, known.facts, {
        scene: () => this.choice.is, live: () => isLive(this.connection.line), gauges: () => this.gauges, open: () => this.cases.open(),
        objects: () => this.objects(), send: (r) => this.connection.send(r), lang: () => this.switches.lang, sees: may(this.who, 'dispatch'),
      }));
    } catch (e) {
      console.error('scene:', e);
      this.hindered = (e as Error).message;
      this.speak();
    }
  }

  /** Learns what lasts of the creek: what is where by chainage can be told from then on. */
  private async learn(): Promise<Creek> {
    const known = await insist(() => creek(this.about));
    this.chainages.learn(known.facts.course);
    this.strip = new StripView(document.querySelector<SVGSVGElement>('#along svg')!, known.strip, known.facts.course);
    this.strip.lay(this.switches.lang);
    this.second();
    return known;
  }

  /** The map, when the first values are drawn or keep us waiting for too long. */
  private async made(): Promise<Scene3D> {
    await Promise.race([this.live.then(drawn), pause(longest)]);
    const { theme, lang } = this.switches;
    const map = this.map = new Scene3D(element('map'), this.about, undefined, theme, lang, true);
    await map.ready;
    return map;
  }

  /** The scene is there. */
  private stand(scenery: Scenery): void {
    const { map, view, company } = this.scenery = scenery;
    element('coming').hidden = true;
    map.rays(this.sight);
    if (this.session) company.hello(this.session);
    this.connection.look(this.looked(map.sources()));
    this.speak();
    // For the browser tests and for a look under the hood.
    Object.assign(window, { suhe: {
      map: map.map, scene: map, view, troubles: this.troubles, vitals: this.vitals, cases: this.cases, session: () => company.myself,
      picture: this.connection.picture, connection: this.connection, guard: this.stay.guard,
    } });
  }

  /** All of the creek, wherever the scene flies: values, the strip and the light of trouble are of all of it. */
  private looked(tiles: string[]): View {
    const { bounds } = this.about;
    // What moves is somebody's whereabouts: only for who sends people.
    return { layers: may(this.who, 'dispatch') ? [...liveLayers, moverLayer] : liveLayers, tiles, bbox: bounds, zoom: near, zooms, rate };
  }

  private objects(): Map<number, Live> {
    return held(this.connection.picture, viewId).objects;
  }

  /** Who and what moves; undefined if it is not for this account. */
  private movers(): Live[] | undefined {
    return may(this.who, 'dispatch') ? [...this.objects().values()].filter((o) => o.layer === moverLayer) : undefined;
  }

  private touched(t: Touched): void {
    this.scenery?.take(t);
    this.cases.take(t);
  }

  /** The line is another. */
  private heard(): void {
    this.second();
    if (isLive(this.connection.line)) this.begun();
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
    this.map?.pale(!isLive(line) && heard > 0);
  }

  private second(): void {
    const { lang } = this.switches;
    const now = Date.now();
    element('clock').textContent = `${day(now, lang)} ${clock(now)}`;
    const objects = [...this.objects().values()];
    const live = isLive(this.connection.line);
    this.gauges = this.chainages.levels(objects);
    this.vitals.take(objects, now, live, lang);
    if (live && objects.length > 0) void this.vitals.recall(objects, now);
    this.board.showCases(this.cases.listed, this.cases.over, now, lang);
    this.board.showPeople(this.movers(), this.choice.is.movers, lang);
    const shown = this.troubles.now(now);
    this.spotlight.show(shown, this.troubles.queued, now);
    if (this.scenery) this.fly(shown, now, this.scenery);
    this.strip?.show({ gauges: this.gauges, open: this.cases.open(), movers: this.movers() ?? [], at: this.chainages.of(this.map?.middle() ?? this.about.center) });
    this.sign();
  }

  /** Lets the scene look at trouble, or fly on. */
  private fly(shown: Shown | undefined, now: number, { view, company }: Scenery): void {
    const { lang } = this.switches;
    view.led(company.led);
    view.trouble(shown?.row, now);
    const pilot = view.pilot(now);
    element('tour').textContent = shown ? tell('spotlight', lang) : pilot === 'hand' ? tell('held', lang) : pilot === 'tour' ? tell('touring', lang) : '';
  }

  /** Another scene was chosen. */
  private staged(): void {
    this.vitals.order(this.choice.is.signs);
    this.scenery?.view.staged();
    element('scene-name').textContent = tell(this.choice.is.name, this.switches.lang);
  }

  private dressed(): void {
    this.map?.dress(this.switches.theme, this.switches.lang);
    this.vitals.dress();
  }

  private spoken(): void {
    this.speak();
    this.map?.dress(this.switches.theme, this.switches.lang);
  }

  private speak(): void {
    const { lang } = this.switches;
    document.title = tell('title', lang);
    element('title').textContent = tell('title', lang);
    element('map').ariaLabel = tell('mapSaid', lang);
    element('scenes').ariaLabel = tell('scenes', lang);
    element('broken').textContent = tell('broken', lang);
    say(element('coming'), this.hindered || tell('coming', lang));
    element('vitals-title').textContent = word('signs', lang);
    for (const [id, key] of [['loop-title', 'loop'], ['closed-note', 'closedNote'], ['newest-title', 'newest'], ['people-title', 'duty24'], ['along-title', 'strip'], ['scene-name', this.choice.is.name]] as const) element(id).textContent = tell(key, lang);
    showStrip(element('strip'), this.entered.about, this.who, lang);
    this.choice.speak(lang);
    this.strip?.lay(lang);
    this.scenery?.company.speak();
    this.stay.speak();
    this.second();
  }
}

/** Resolves when what is in the page now has been drawn: the second frame begins then. */
const drawn = (): Promise<unknown> => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

const pause = (ms: number): Promise<unknown> => new Promise((done) => setTimeout(done, ms));

element('title').textContent = tell('title', savedLanguage());
openPage((who) => may(who, 'view'), async (entered, awaiting) => {
  const [about, tables] = await insist(() => Promise.all([api.scene(), api.tables()]), awaiting);
  await new Wall(entered, about, tables).furnish();
});
