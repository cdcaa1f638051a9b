/** The planners' page: layers, filters, shapes, a table, figures, questions, views and files around one map. */
import 'maplibre-gl/dist/maplibre-gl.css';
import './planner.css';
import * as api from '../lib/api';
import { eventTables } from '../lib/cases';
import { button, element, make, say as put } from '../lib/dom';
import { enter, leave, type Entered } from '../lib/entrance';
import { around } from '../lib/geo';
import { savedLanguage, word, type Lang } from '../lib/i18n';
import { Problem } from '../lib/problem';
import { layerOf, type Hit } from '../lib/search';
import { home, may } from '../lib/session';
import { showStrip } from '../lib/strip';
import { Switches } from '../lib/switches';
import { savedTheme, wear } from '../lib/theme';
import { clock, day } from '../lib/time';
import { Stay } from '../login/stay';
import { boxOf } from '../map/areas';
import { Card } from '../map/card';
import { SearchBox } from '../map/search';
import { Why } from '../map/why';
import { areas, line, queryables, type Queryable } from './asks';
import { Names, plain, type Bench, type Chosen } from './bench';
import { DrawPane } from './drawpane';
import { ExportPane } from './exportpane';
import { Figures } from './figures';
import { FilterPane } from './filterpane';
import { LayerPane, swatch } from './layerpane';
import { PlannerMap } from './map';
import type { Tone, Wish } from './paint';
import { QuestionPane } from './questionpane';
import type { Answer } from './questions';
import { addressOf, filterOf, stateOf, type State } from './state';
import { Store } from './store';
import { Table } from './table';
import { Tabs } from './tabs';
import { Views } from './views';
import { say } from './words';

class Workbench implements Bench {
  readonly names: Names;
  private readonly switches: Switches;
  private readonly stay: Stay;
  private readonly card: Card;
  private readonly search: SearchBox;
  private readonly table: Table;
  private readonly figures: Figures;
  private readonly questions: QuestionPane;
  private readonly views: Views;
  private readonly layerPane: LayerPane;
  private readonly drawing: DrawPane;
  private readonly left: Tabs;
  private readonly right: Tabs;
  private readonly known = new Map<string, Promise<Record<string, Queryable>>>();
  private picked: Chosen | undefined;
  private answer: Answer | undefined; // of a question
  private spread: { features: GeoJSON.Feature[]; most: number } = { features: [], most: 0 }; // of the figures

  constructor(private readonly entered: Entered, readonly map: PlannerMap, readonly store: Store, tables: api.Tables, layers: api.LayerCount[], places: api.Named[], incidents: api.Named[]) {
    this.switches = new Switches(element('language'), element('theme'), () => this.spoken(), () => this.dressed());
    const lang = (): Lang => this.switches.lang;
    this.names = new Names(tables, layers, places, incidents, lang);
    this.stay = new Stay(entered, lang, { ended: () => {}, again: () => this.refresh() });
    this.card = new Card(element('card'), {
      tables, lang, why: new Why(entered.who.id, lang), may: (action) => may(entered.who, action), changed: () => undefined, trail: () => undefined, rays: () => undefined,
    });
    this.search = new SearchBox({ box: element('search'), input: element<HTMLInputElement>('search-text'), list: element('search-list'), note: element('search-note') },
      { classes: tables.classes, lang, near: () => map.middle(), pick: (hit) => this.find(hit) });
    this.layerPane = new LayerPane(this);
    this.drawing = new DrawPane(this);
    this.table = new Table(element('table'), this, () => files.link());
    this.figures = new Figures(this, (features, most) => {
      this.spread = { features, most };
      this.drawAnswer();
    });
    this.questions = new QuestionPane(this, (a) => {
      this.answer = a;
      this.drawAnswer();
    });
    this.views = new Views(this, (hash) => { location.hash = hash; });
    const files = new ExportPane(this, () => this.table.count);
    this.left = new Tabs(element('left'), [['layers', this.layerPane], ['filter', new FilterPane(this)], ['draw', this.drawing]], lang);
    this.right = new Tabs(element('right'), [['figures', this.figures], ['questions', this.questions], ['views', this.views], ['export', files]], lang);
    this.listen();
    this.address();
    this.speak();
    void this.table.ask();
    void this.figures.ask();
    if (store.state.question !== '') {
      this.right.showPane('questions');
      void this.questions.ask(false);
    }
    // For the browser tests and for a look under the hood.
    Object.assign(window, { suhe: { map: map.map, bench: this, guard: this.stay.guard } });
  }

  private listen(): void {
    const { map, store } = this;
    const layer = (): string => store.state.layer;
    const free = (): boolean => this.drawing.pen.free;
    map.onPick(layer, free, (thing) => this.choose(thing, false));
    map.onPoint(layer, () => !this.drawing.pen.kind, (thing) => this.table.pointAt(thing?.id ?? '', thing?.geometry));
    store.on((is, was) => {
      if (painted(is) !== painted(was)) map.show(wishOf(is));
      if (is.layer !== was.layer) this.choose(undefined, false);
      this.address();
    });
    map.onMove(() => {
      this.address();
      if (store.state.ground !== 'view') return;
      void this.table.ask();
      void this.figures.ask();
    });
    addEventListener('hashchange', () => {
      const q = new URLSearchParams(location.hash.slice(1));
      const is = stateOf(q);
      map.jump(q.get('map'));
      if (addressOf(is).toString() === addressOf(store.state).toString()) return;
      this.questions.drop();
      store.change({ node: undefined, raw: undefined, ...is });
      this.speak();
      if (is.question !== '') void this.questions.ask(false);
    });
    line.addEventListener('away', () => { element('away').hidden = false; });
    line.addEventListener('back', () => { element('away').hidden = true; });
    addEventListener('keydown', (e) => { if (e.key === 'Escape' && !document.querySelector('dialog[open]')) this.card.hide(); });
    setInterval(() => this.second(), 1000);
  }

  /** Keeps all that is set up in the address, beside where the map is. */
  private address(): void {
    const rest = addressOf(this.store.state).toString();
    history.replaceState(history.state, '', `#map=${this.map.place()}${rest && '&'}${rest}`);
    this.views.moved();
  }

  lang(): Lang {
    return this.switches.lang;
  }

  queryables(layer: string): Promise<Record<string, Queryable>> {
    const known = this.known.get(layer) ?? queryables(layer);
    this.known.set(layer, known);
    known.catch(() => this.known.delete(layer)); // it is asked for again
    return known;
  }

  chosen(): Chosen | undefined {
    return this.picked;
  }

  choose(thing: Chosen | undefined, go: boolean): void {
    this.picked = thing;
    this.table.chosenChanged();
    const box = go && thing?.geometry ? around([thing.geometry]) : undefined;
    if (box) this.map.go(box);
  }

  details(thing: Chosen): void {
    void this.card.show(thing);
  }

  private find(hit: Hit): void {
    this.choose({ id: hit.id, layer: layerOf(hit.kind), name: hit.name || hit.id, geometry: { type: 'Point', coordinates: hit.place } }, true);
  }

  /** Draws the answer of a question; without one what the figures spread over the map. */
  private drawAnswer(): void {
    const lang = this.lang();
    const { answer, spread } = this;
    const features = answer && answer.features.length > 0 ? answer.features : spread.features;
    this.map.draw('answer', features);
    const key = element('key');
    const entry = (tone: Tone, text: string): HTMLElement => make('div', {}, swatch({ form: 'fill', colour: `var(--${tone})` }), make('span', {}, text));
    const entries = features.length === 0 ? [] : features === spread.features ? [entry('glow', `${this.names.layer(this.store.state.layer)}：0 – ${plain(spread.most)}`)] : answer!.legend.map((l) => entry(l.tone, say(l.text, lang)));
    key.hidden = entries.length === 0;
    key.setAttribute('aria-label', say('answer', lang));
    key.replaceChildren(...entries);
    this.showPicture(answer?.picture);
  }

  /** Shows a drawing over the map, or none. */
  private showPicture(address: string | undefined): void {
    const picture = element('picture');
    picture.hidden = address === undefined;
    if (address === undefined) return picture.replaceChildren();
    const lang = this.lang();
    const close = button('✕', () => this.questions.drop(), 'small');
    close.ariaLabel = say('closeTip', lang, { what: say('strip', lang) });
    picture.replaceChildren(close, make('img', { src: address, alt: say('stripAlt', lang) }), make('a', { href: address, target: '_blank', rel: 'noopener' }, say('openPicture', lang)));
  }

  refresh(): void {
    this.map.refresh();
    void this.table.ask();
    void this.figures.ask();
    api.layers().then((layers) => {
      this.names.layers = layers;
      this.layerPane.speak();
    }, () => undefined); // the table says that the server is away
  }

  private second(): void {
    const now = Date.now();
    put(element('clock'), `${day(now, this.lang())} ${clock(now)}`);
  }

  private spoken(): void {
    this.speak();
    void this.map.dress(this.switches.theme, this.switches.lang).then(() => this.left.speak('tools'));
    void this.figures.ask();
    if (this.answer) void this.questions.ask(false);
  }

  private dressed(): void {
    this.card.dress();
    void this.map.dress(this.switches.theme, this.switches.lang).then(() => this.left.speak('tools'));
  }

  private speak(): void {
    const { lang } = this.switches;
    document.title = `${say('planner', lang)} · ${word('title', lang)}`;
    put(element('title'), word('title', lang));
    put(element('what'), say('planner', lang));
    put(element('away'), say('offline', lang));
    this.map.map.getCanvas().setAttribute('aria-label', say('map', lang));
    showStrip(element('strip'), this.entered.about, this.entered.who, lang);
    this.left.speak('tools');
    this.right.speak('answers');
    this.table.speak();
    this.drawing.pen.draw();
    this.drawAnswer();
    this.search.speak();
    this.card.speak();
    this.stay.speak();
    this.second();
  }
}

/** How the map differs from the style. */
function wishOf(s: State): Wish {
  const layers = [...new Set([s.layer, ...s.without.map((w) => w.slice(0, w.indexOf(':')))])];
  return { hidden: s.hidden, opacity: s.opacity, order: s.order, filters: Object.fromEntries(layers.map((l) => [l, filterOf(s, l)])) };
}

/** By what the map looks otherwise. */
const painted = (s: State): string => JSON.stringify(wishOf(s));

async function start(): Promise<void> {
  wear(savedTheme());
  const entered = await enter(() => {
    element('away').textContent = say('offline', savedLanguage());
    element('away').hidden = false;
  });
  element('away').hidden = true;
  const { who } = entered;
  if (!may(who, 'export')) return location.replace(home(who));
  const said = new URLSearchParams(location.hash.slice(1));
  const store = new Store(stateOf(said));
  const [scene, tables, layers, places, incidents, own] = await Promise.all([api.scene(), api.tables(), api.layers(), areas(), eventTables(), boxOf(who)]);
  const map = await PlannerMap.open(element('map'), { place: said.get('map'), box: own ?? scene.bounds }, wishOf(store.state), savedTheme(), savedLanguage());
  new Workbench(entered, map, store, tables, layers, places, incidents.classes);
}

start().catch((e: unknown) => {
  if (e instanceof Problem && e.status === 401) return leave('revoked');
  element('away').textContent = say('trouble', savedLanguage()) + (e as Error).message;
  element('away').hidden = false;
  throw e;
});
