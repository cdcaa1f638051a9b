/** The page: the creek in 3D, live. */
import 'maplibre-gl/dist/maplibre-gl.css';
import './page.css';
import * as api from '../lib/api';
import type { View } from '../lib/frames';
import { pad } from '../lib/geo';
import { isWord, saveLanguage, savedLanguage, word, type Lang } from '../lib/i18n';
import { isLive } from '../lib/line';
import { held, type Held, type Touched } from '../lib/picture';
import { Connection, viewId } from '../lib/stream';
import { ink, other, savedTheme, saveTheme, type Theme } from '../lib/theme';
import { clock, day } from '../lib/time';
import { Card } from './card';
import { Company } from './company';
import { showInView, showLegend } from './legend';
import { moverLayer } from './movers';
import { Places } from './places';
import { liveLayers, Scene3D } from './scene';
import { showSigns } from './signs';
import { showStatus } from './status';

const element = (id: string): HTMLElement => {
  const e = document.getElementById(id);
  if (!e) throw new Error(`the page has no #${id}`);
  return e;
};

class Screen {
  private lang: Lang = savedLanguage();
  private theme: Theme = savedTheme();
  private counts: api.LayerCount[] = [];
  private readonly card: Card;
  private readonly connection: Connection;
  private readonly company: Company;

  constructor(private readonly about: api.Scene, tables: api.Tables, private readonly map: Scene3D) {
    this.card = new Card(element('card'), tables, () => this.lang, () => this.company.show());
    map.onPick((id) => void this.card.show(id));
    this.connection = new Connection({
      touched: (t) => this.touched(t),
      tiles: (news) => this.map.repaint(news),
      line: () => this.sign(),
      hello: (session) => this.company.hello(session),
      presence: (here, gone) => this.company.take(here, gone),
    }, this.view());
    this.company = new Company(map, {
      button: element('who'), panel: element('here'), title: element('here-title'), label: element('name-label'),
      name: element('name') as HTMLInputElement, list: element('screens'), following: element('following'), stop: element('stop'),
    }, {
      send: (r) => this.connection.send(r), lang: () => this.lang, selected: () => this.card.fid,
      named: (fid) => this.seen().objects.get(fid)?.name ?? `#${fid}`, places: new Places(map.map),
    });
    map.onMove(() => this.connection.look(this.view()));
    element('language').addEventListener('click', () => {
      this.speak(this.lang === 'zh' ? 'en' : 'zh');
      this.map.dress(this.theme, this.lang);
    });
    element('theme').addEventListener('click', () => this.dress(other(this.theme)));
    addEventListener('keydown', (e) => { if (e.key === 'Escape') this.card.hide(); });
    this.speak(this.lang);
    setInterval(() => this.second(), 1000);
    setInterval(() => void this.count(), 10_000);
    void this.count();
    // For the browser tests and for a look under the hood.
    Object.assign(window, { suhe: { map: map.map, scene: map, session: () => this.company.myself, picture: this.connection.picture, connection: this.connection } });
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
  }

  /** Says how live the page is, and lets it look so. */
  private sign(): void {
    const { line, heard } = this.connection;
    showStatus({ sign: element('sign'), detail: element('detail'), stale: element('stale') }, line, heard, Date.now(), this.lang);
    this.map.pale(!isLive(line) && heard > 0);
  }

  private second(): void {
    const now = Date.now();
    element('clock').textContent = `${day(now, this.lang)} ${clock(now)}`;
    const seen = this.seen();
    showSigns(element('signs'), [...seen.objects.values()], this.lang);
    showInView(element('legend'), this.living(), seen, this.lang);
    this.map.label(seen.objects);
    this.sign();
  }

  private async count(): Promise<void> {
    try {
      const known = this.living().length;
      this.counts = await api.layers();
      this.legend();
      if (this.living().length !== known) this.connection.look(this.view());
    } catch {
      // The sign shows that the server is away; the last counts stay.
    }
  }

  private legend(): void {
    showLegend(element('legend'), this.counts, this.lang, this.map);
    showInView(element('legend'), this.living(), this.seen(), this.lang);
  }

  private dress(theme: Theme): void {
    this.theme = theme;
    saveTheme(theme);
    wear(theme);
    this.map.dress(theme, this.lang);
    this.card.dress();
    this.offer();
  }

  /** The switch says what it switches to. */
  private offer(): void {
    element('theme').textContent = word(other(this.theme), this.lang);
  }

  private speak(lang: Lang): void {
    this.lang = lang;
    saveLanguage(lang);
    document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
    document.title = word('title', lang);
    element('title').textContent = word('title', lang);
    element('language').textContent = lang === 'zh' ? 'English' : '中文';
    element('demo').hidden = !this.about.demo;
    element('demo').textContent = word('demo', lang);
    for (const h of ['signs', 'legend'] as const) if (isWord(h)) element(`${h}-title`).textContent = word(h, lang);
    this.offer();
    this.legend();
    this.card.speak();
    this.company.speak();
    this.second();
  }
}

/** Dresses the page; the map is dressed by its own style. */
function wear(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', ink('ground'));
}

async function start(): Promise<void> {
  wear(savedTheme());
  const [about, tables] = await Promise.all([api.scene(), api.tables()]);
  const map = new Scene3D(element('map'), about, savedTheme(), savedLanguage());
  await map.ready;
  new Screen(about, tables, map);
}

void start();
