/** The pane of what is around: the map, the way to where one goes, and a list by distance. */
import { make } from '../lib/dom';
import { metresText } from '../lib/duty';
import type { Live } from '../lib/frames';
import { bearing, distance, type Box, type LonLat } from '../lib/geo';
import { stateWord } from '../lib/i18n';
import type { Desk } from './desk';
import { icon } from './icons';
import type { CreekMap, Pin } from './map';
import { badge, press, redraw } from './parts';
import { say, wind } from './words';

/** How far one is told of things, and of incidents, in metres; and how many of each. */
const reach = { things: 150, incidents: 2000, many: 30 };

/** Who is nearer than this is there, in metres. */
const there = 25;

interface Near { id: string; name: string; class: string; at: LonLat; metres: number; azimuth: number; state: string; values: string }

export class Around {
  private map: CreekMap | undefined;
  private goal: { id: string; place: LonLat; title: string } | undefined;
  private chosen = '';
  private things: Live[] = [];
  private loading = false;
  private readonly aim: HTMLButtonElement;

  constructor(
    private readonly parts: { chart: HTMLElement; way: HTMLElement; near: HTMLElement }, private readonly desk: Desk,
    private readonly fetchMap: () => Promise<CreekMap>, private readonly open: (id: string) => void,
  ) {
    this.aim = press('aim', '', () => { if (desk.here.at) this.map?.go(desk.here.at, 17); }, 'round', 'aim');
    parts.chart.append(this.aim);
  }

  /** It comes into sight: the map is fetched the first time. */
  async show(): Promise<void> {
    if (this.map) this.map.fitted();
    else if (!this.loading) {
      this.loading = true;
      try {
        this.map = await this.fetchMap();
      } finally {
        this.loading = false;
      }
      if (this.goal) this.lead();
    }
    this.draw(true);
  }

  get chart(): CreekMap | undefined {
    return this.map;
  }

  /** What the stream tells of. */
  take(objects: Iterable<Live>): void {
    this.things = [...objects].filter((o) => !['incidents', 'alarms'].includes(o.layer));
  }

  /** Leads to an incident. */
  navigate(id: string): void {
    const row = this.desk.book.row(id);
    if (!row) return;
    this.goal = { id, place: row.place, title: row.title };
    this.lead();
  }

  private lead(): void {
    const way = this.goal && this.desk.wayTo(this.goal.id, this.goal.place);
    this.map?.way(way?.line ?? []);
    if (way) this.map?.show(way.line);
    this.draw(true);
  }

  private end(): void {
    this.goal = undefined;
    this.map?.way([]);
    this.draw(true);
  }

  /** A pin was pressed. */
  pick(id: string): void {
    if (this.desk.book.row(id)) return this.open(id);
    this.chosen = id;
    this.draw(true);
    this.parts.near.querySelector(`[data-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: 'nearest' });
  }

  draw(visible: boolean): void {
    if (!visible) return;
    const { desk } = this;
    this.aim.ariaLabel = say('recentre', desk.lang());
    this.map?.me(desk.here.fix);
    this.map?.pins(this.pins());
    this.drawWay();
    this.drawNear();
  }

  private pins(): Pin[] {
    const mine = new Set(this.desk.owed(Date.now()).filter((o) => o.mine).map((o) => o.task.id));
    const things = this.near().map((n): Pin => ({ id: n.id, at: n.at, class: n.class, severity: 0, state: n.state, kind: 'thing', chosen: n.id === this.chosen }));
    const cases = this.desk.book.all().map((t): Pin => ({
      id: t.id, at: t.place, class: t.class, severity: t.severity, state: t.state, kind: mine.has(t.id) ? 'task' : 'incident', chosen: t.id === this.goal?.id,
    }));
    return [...things, ...cases];
  }

  private drawWay(): void {
    const { desk, goal } = this;
    const lang = desk.lang();
    const way = goal && desk.wayTo(goal.id, goal.place);
    this.parts.way.hidden = !goal;
    if (!goal) return;
    if (way) this.map?.way(way.line);
    const turn = Math.round((way?.first ?? 0) - (desk.here.fix?.heading ?? 0));
    const done = way !== undefined && distance(way.line[0]!, goal.place) < there;
    redraw(this.parts.way, [lang, goal.id, way && metresText(way.metres, lang), Math.round(turn / 8), way?.bridges, done], () => {
      const arrow = icon(done ? 'check' : 'arrow', 'arrow');
      arrow.style.transform = done ? '' : `rotate(${turn}deg)`;
      const far = way ? (done ? say('arrived', lang) : metresText(way.metres, lang)) : say('noPlace', lang);
      const how = way && !done ? [say('setOut', lang, { d: wind(way.first, lang) }), ...way.bridges.map((b) => say('via', lang, { b }))].join(' · ') : '';
      return [arrow, make('p', {}, make('strong', {}, far), make('span', {}, how), make('small', {}, goal.title)),
        make('div', {}, press('goal', say('details', lang), () => this.open(goal.id)), press('end', say('stopNavigate', lang), () => this.end()))];
    });
  }

  private near(): Near[] {
    const { at } = this.desk.here;
    if (!at) return [];
    return this.things.map((o): Near => ({
      id: o.id, name: o.name || o.id, class: o.class, at: [o.lon, o.lat], metres: distance(at, [o.lon, o.lat]), azimuth: bearing(at, [o.lon, o.lat]), state: o.layer === 'assets' && o.summary === 'normal' ? '' : o.summary, values: this.values(o),
    })).filter((n) => n.metres <= reach.things).sort((a, b) => a.metres - b.metres).slice(0, reach.many);
  }

  private values(o: Live): string {
    return Object.entries(o.values).slice(0, 2).map(([code, v]) => {
      const of = this.desk.names.tables.phenomena.find((p) => p.code === code);
      return `${(this.desk.lang() === 'zh' ? of?.name : of?.nameEn) ?? code} ${Number(v.toPrecision(4))} ${of?.unit ?? ''}`.trim();
    }).join(' · ');
  }

  private drawNear(): void {
    const { desk } = this;
    const lang = desk.lang();
    const { at } = desk.here;
    const cases = desk.book.all().map((t) => ({ t, metres: at ? distance(at, t.place) : Infinity, azimuth: at ? bearing(at, t.place) : 0 }))
      .filter((c) => !at || c.metres <= reach.incidents).sort((a, b) => a.metres - b.metres).slice(0, reach.many);
    const things = this.near();
    const far = (m: number, azimuth: number): string => (m === Infinity ? '' : `${metresText(m, lang)} ${wind(azimuth, lang)}`);
    redraw(this.parts.near, [lang, at !== undefined, this.chosen, cases.map((c) => [c.t.id, c.t.rev, far(c.metres, c.azimuth)]), things.map((n) => [n.id, n.state, n.values, far(n.metres, n.azimuth)])], () => {
      const rows = cases.map(({ t, metres, azimuth }) => {
        const b = make('button', { type: 'button' }, badge(t.class, t.severity), make('span', {}, make('strong', {}, t.title), make('small', {}, `${stateWord(t.state, lang)} · ${far(metres, azimuth)}`)));
        b.dataset.key = `near-${t.id}`;
        b.addEventListener('click', () => this.open(t.id));
        const li = make('li', {}, b);
        li.dataset.id = t.id;
        return li;
      });
      const list = things.map((n) => {
        const li = make('li', {}, icon(n.class.startsWith('sensor') ? 'sensor' : n.class.startsWith('camera') ? 'lens' : 'thing'),
          make('span', {}, make('strong', {}, n.name), make('small', {}, [n.state && stateWord(n.state, lang), n.values, far(n.metres, n.azimuth)].filter(Boolean).join(' · '))));
        li.dataset.id = n.id;
        li.dataset.state = n.state;
        if (n.id === this.chosen) li.dataset.chosen = '';
        li.addEventListener('click', () => { this.chosen = n.id; this.map?.go(n.at); this.draw(true); });
        return li;
      });
      return [make('h2', {}, `${say('openIncidents', lang)} · ${cases.length}`), make('ul', {}, ...rows),
        make('h2', {}, `${say('things', lang)} · ${at ? say('near', lang, { d: metresText(reach.things, lang), n: things.length }) : say('noPlace', lang)}`), make('ul', { className: 'things' }, ...list)];
    });
  }
}

/** The box of what one is told of around a place. */
export function boxAround([lon, lat]: LonLat): Box {
  const dy = reach.things / 111_000;
  const dx = dy / Math.cos((lat * Math.PI) / 180);
  return [lon - dx, lat - dy, lon + dx, lat + dy];
}
