/** The page: the creek in 3D, live. */
import 'maplibre-gl/dist/maplibre-gl.css';
import './page.css';
import * as api from '../lib/api';
import { kindOf } from '../lib/docket';
import { element } from '../lib/dom';
import type { Entered } from '../lib/entrance';
import type { View } from '../lib/frames';
import { pad } from '../lib/geo';
import { isWord, savedLanguage, word, type Lang } from '../lib/i18n';
import { isLive } from '../lib/line';
import { openPage } from '../lib/opening';
import { held, type Held, type Touched } from '../lib/picture';
import { caseOf, layerOf, type Hit } from '../lib/search';
import { may, sees, type Me, type Site } from '../lib/session';
import { Connection, viewId } from '../lib/stream';
import { showStrip } from '../lib/strip';
import { Switches } from '../lib/switches';
import { savedTheme } from '../lib/theme';
import { clock, day } from '../lib/time';
import { Stay } from '../login/stay';
import { boxOf } from '../map/areas';
import { Card } from '../map/card';
import { Cases } from '../cases/cases';
import { say } from '../lib/casewords';
import { Company } from '../map/company';
import { showInView, showLegend } from '../map/legend';
import { moverLayer } from '../map/movers';
import { Places } from '../map/places';
import { liveLayers, Scene3D } from '../map/scene';
import { SearchBox } from '../map/search';
import { showSigns } from '../lib/signs';
import { showStatus } from '../lib/status';
import { Why } from '../map/why';

class Creek {
  private counts: api.LayerCount[] = [];
  private readonly switches = new Switches(element('language'), element('theme'), () => this.spoken(), () => this.dressed());
  private readonly card: Card;
  private readonly connection: Connection;
  private readonly company: Company;
  private readonly cases: Cases;
  private readonly search: SearchBox;
  private readonly stay: Stay;

  private readonly who: Me;
  private readonly about: Site;

  constructor(entered: Entered, tables: api.Tables, private readonly map: Scene3D) {
    const { who } = entered;
    this.who = who;
    this.about = entered.about;
    const lang = (): Lang => this.switches.lang;
    this.card = new Card(element('card'), {
      tables, lang, why: new Why(who.id, lang), may: (action) => may(who, action),
      changed: () => this.company.show(), trail: (track) => map.trail(track), rays: (s) => map.rays(s),
    });
    this.cases = new Cases({
      button: element('cases-button'), panel: element('cases'), title: element('cases-title'), filter: element('cases-filter'),
      ways: element('cases-ways'), list: element('cases-list'), note: element('cases-note'), card: element('case'), banner: element('urgent'),
    }, {
      kinds: (['incident', 'alarm'] as const).filter((kind) => sees(who, kind)), tables, lang, mayReport: may(who, 'report'), middle: () => map.middle(), place: () => map.place(() => say('clickMap', lang())),
      go: (place, right, bottom) => map.go(place, right, bottom), look: (id, name, incident) => void this.card.show({ id, layer: 'cameras', name }, incident), rays: (s) => map.rays(s), changed: () => this.card.hide(),
    });
    this.search = new SearchBox({
      box: element('search'), input: element<HTMLInputElement>('search-text'), list: element('search-list'), note: element('search-note'),
    }, { classes: tables.classes, lang, near: () => map.middle(), pick: (hit) => this.find(hit) });
    map.onPick((thing) => {
      const kind = kindOf(thing.layer);
      if (kind) void this.cases.show(kind, thing.id);
      else void this.card.show(thing);
    });
    this.connection = new Connection({
      touched: (t) => this.touched(t),
      tiles: (news) => this.map.repaint(news),
      line: () => this.second(),
      hello: (session) => {
        this.company.hello(session);
        this.cases.hello();
      },
      presence: (here, gone) => this.company.take(here, gone),
      barred: (revoked) => this.stay.barred(revoked),
    }, this.view());
    this.company = new Company(map, {
      button: element('who'), panel: element('here'), title: element('here-title'), label: element('name-label'),
      name: element<HTMLInputElement>('name'), list: element('screens'), following: element('following'), stop: element('stop'),
    }, {
      send: (r) => this.connection.send(r), lang, selected: () => this.card.fid, sees: may(who, 'dispatch'),
      named: (fid) => this.seen().objects.get(fid)?.name ?? `#${fid}`, places: new Places(map.map),
    });
    this.stay = new Stay(entered, lang, { ended: () => this.connection.pause(), again: () => this.again() });
    map.onMove(() => this.connection.look(this.view()));
    addEventListener('keydown', (e) => { if (e.key === 'Escape') this.close(); });
    this.speak();
    setInterval(() => this.second(), 1000);
    setInterval(() => void this.count(), 10_000);
    void this.count();
    // For the browser tests and for a look under the hood.
    Object.assign(window, { suhe: {
      map: map.map, scene: map, session: () => this.company.myself, picture: this.connection.picture, connection: this.connection, guard: this.stay.guard,
    } });
  }

  /** Shows what was found: its card, and the map beside it. */
  private find(hit: Hit): void {
    const kind = caseOf(hit);
    const shown = kind ? this.cases.show(kind, hit.id) : this.card.show({ id: hit.id, layer: layerOf(hit.kind), name: hit.name || hit.id });
    const beside = element(kind ? 'case' : 'card');
    this.map.go(hit.place, 0, 0);
    void shown.then(() => {
      const { left, top, width } = beside.getBoundingClientRect();
      const below = width > innerWidth / 2;
      if (width > 0) this.map.go(hit.place, below ? 0 : innerWidth - left, below ? innerHeight - top : 0);
    });
  }

  /** The same has logged in again. */
  private again(): void {
    this.connection.retry();
    void this.count();
  }

  /** What the stream is asked for: what is shown and a little around it. */
  private view(): View {
    return {
      layers: this.living(), tiles: this.map.sources(), bbox: pad(this.map.box(), 0.15),
      zoom: Math.min(22, Math.max(0, this.map.zoom())), zooms: this.map.tileZooms(),
    };
  }

  /** The layers that the stream tells of: what moves only where there is such a thing. */
  private living(): string[] {
    return this.counts.some((c) => c.layer === moverLayer) ? [...liveLayers, moverLayer] : liveLayers;
  }

  /** What the stream shows. */
  private seen(): Held {
    return held(this.connection.picture, viewId);
  }

  private touched(t: Touched): void {
    this.map.take(t);
    this.card.take(t);
    this.cases.take(t);
  }

  /** Closes what lies on top; a dialog closes by itself. */
  private close(): void {
    if (document.querySelector('dialog[open]')) return;
    if (this.card.open) this.card.hide();
    else this.cases.hide();
  }

  /** Says how live the page is, and lets it look so. */
  private sign(): void {
    const { line, heard } = this.connection;
    showStatus({ sign: element('sign'), detail: element('detail'), stale: element('stale') }, line, heard, Date.now(), this.who, this.switches.lang);
    this.map.pale(!isLive(line) && heard > 0);
  }

  private second(): void {
    const now = Date.now();
    element('clock').textContent = `${day(now, this.switches.lang)} ${clock(now)}`;
    const seen = this.seen();
    showSigns(element('signs'), [...seen.objects.values()], this.switches.lang);
    showInView(element('legend'), this.living(), seen, this.switches.lang);
    this.map.label(seen.objects);
    this.sign();
  }

  private async count(): Promise<void> {
    if (this.stay.resting) return;
    try {
      const known = this.living().length;
      // What moves is somebody's whereabouts: only for who sends people.
      this.counts = (await api.layers()).filter((c) => c.layer !== moverLayer || may(this.who, 'dispatch'));
      this.legend();
      if (this.living().length !== known) this.connection.look(this.view());
    } catch {
      // The sign shows that the server is away; the last counts stay.
    }
  }

  private legend(): void {
    showLegend(element('legend'), this.counts, this.switches.lang, this.map);
    showInView(element('legend'), this.living(), this.seen(), this.switches.lang);
  }

  private dressed(): void {
    this.map.dress(this.switches.theme, this.switches.lang);
    this.card.dress();
  }

  private spoken(): void {
    this.speak();
    this.map.dress(this.switches.theme, this.switches.lang);
  }

  private speak(): void {
    const { lang } = this.switches;
    document.title = word('title', lang);
    element('title').textContent = word('title', lang);
    showStrip(element('strip'), this.about, this.who, lang);
    for (const h of ['signs', 'legend'] as const) if (isWord(h)) element(`${h}-title`).textContent = word(h, lang);
    this.legend();
    this.card.speak();
    this.cases.speak();
    this.search.speak();
    this.company.speak();
    this.stay.speak();
    this.second();
  }
}

openPage((who) => may(who, 'view'), async (entered) => {
  const [scene, tables, box] = await Promise.all([api.scene(), api.tables(), boxOf(entered.who)]);
  const map = new Scene3D(element('map'), scene, box, savedTheme(), savedLanguage());
  await map.ready;
  new Creek(entered, tables, map);
});
