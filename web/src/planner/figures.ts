/** Figures: how much there is, by what one likes; a bar that is clicked narrows the filter. */
import { button, make, say as put } from '../lib/dom';
import { stateWord } from '../lib/i18n';
import { clock } from '../lib/time';
import { about, groundOf, items, type Aggregate, type Row, type Summary } from './asks';
import { field, grounds, keyed, plain, select, wrong, type Bench, type Pane } from './bench';
import { narrowed, type Node } from './cql';
import { filterOf, type State } from './state';
import { beside } from '../lib/measure';
import { say, type PlannerWord } from './words';

const kinds = ['class', 'state', 'area', 'bank', 'chainage', 'severity', 'grid'] as const;
type By = (typeof kinds)[number];

/** Metres of a stretch and of a square. */
const size = 500;

/** How many bars are drawn. */
const mostBars = 40;

interface Bar { name: string; count: number; narrows: Node | undefined }

export class Figures implements Pane {
  readonly root = make('section', { className: 'pane' });
  private readonly told = make('p', { className: 'told', role: 'status' });
  private readonly sums = make('dl', { className: 'sums' });
  private readonly bars = make('ul', { className: 'bars' });
  private summary: Summary | undefined;
  private shown: Bar[] = [];
  private read = 0;
  private turn = 0;
  private outlines: Row[] | undefined; // of areas

  /** drawn takes what is to be seen of it on the map, with what the colours mean; nothing to draw is []. */
  constructor(private readonly bench: Bench, private readonly drawn: (features: GeoJSON.Feature[], most: number) => void) {
    bench.store.on((is, was) => {
      if (asked(is) !== asked(was)) void this.ask();
      if (is.shapes !== was.shapes || is.layer !== was.layer) this.speak();
      for (const key of ['by', 'ground'] as const) {
        const choice = this.root.querySelector<HTMLSelectElement>(`select[data-key=${key}]`);
        if (choice && is[key] !== was[key]) choice.value = is[key];
      }
    });
  }

  /** The areas, as strong as they are full. */
  private async areas(a: Aggregate, most: number): Promise<GeoJSON.Feature[]> {
    this.outlines ??= (await items('areas', new URLSearchParams({ limit: '1000', properties: 'id' }))).features;
    return this.outlines.flatMap((o): GeoJSON.Feature[] => {
      const count = a.groups.find((g) => g.area === o.id)?.count;
      return count === undefined || !o.geometry ? [] : [{ type: 'Feature', geometry: o.geometry, properties: filled(count, most) }];
    });
  }

  private get by(): By {
    return kinds.find((k) => k === this.bench.store.state.by) ?? 'class';
  }

  async ask(): Promise<void> {
    const turn = ++this.turn;
    const { state } = this.bench.store;
    const lang = this.bench.lang();
    const { by } = this;
    put(this.told, say('loading', lang));
    this.told.classList.remove('bad');
    const ground = groundOf(state, this.bench.map.box());
    const what = { kind: this.bench.names.kind(state.layer), filter: filterOf(state, state.layer) };
    try {
      const [summary, counted] = await Promise.all([
        about<Summary>('/v1/summary', what, ground),
        by === 'class' || by === 'state' ? undefined : about<Aggregate>('/v1/aggregate', { ...what, by, size: by === 'chainage' || by === 'grid' ? String(size) : '' }, ground),
      ]);
      if (turn !== this.turn) return;
      this.summary = summary;
      this.shown = counted ? this.groups(by, counted) : this.ofSummary(by, summary);
      this.read = Date.now();
      const most = Math.max(0, ...(counted?.groups ?? []).map((g) => g.count));
      const features = by === 'grid' && counted ? squares(counted, most) : by === 'area' && counted ? await this.areas(counted, most) : [];
      if (turn !== this.turn) return;
      this.drawn(features, most);
      put(this.told, '');
    } catch (e) {
      if (turn !== this.turn) return;
      put(this.told, wrong(e, lang));
      this.told.classList.add('bad');
    }
    this.fill();
  }

  private equals(property: string, value: string | number): Node {
    return { is: 'compare', property, operator: '=', values: [value] };
  }

  private ofSummary(by: By, s: Summary): Bar[] {
    const is = s.kinds.find((k) => k.kind === this.bench.names.kind(this.bench.store.state.layer));
    const counts = Object.entries((by === 'class' ? is?.classes : is?.states) ?? {});
    return counts.map(([code, count]) => ({ name: by === 'class' ? this.bench.names.class(code) : stateWord(code, this.bench.lang()), count, narrows: this.equals(by, code) })).sort((a, b) => b.count - a.count);
  }

  private groups(by: By, a: Aggregate): Bar[] {
    const lang = this.bench.lang();
    return a.groups.map((g): Bar => {
      const { count } = g;
      if (by === 'area') return { name: this.bench.names.area(g.area ?? ''), count, narrows: g.area ? this.equals('area', g.area) : { is: 'compare', property: 'area', operator: 'null', values: [] } };
      if (by === 'bank') return { name: g.bank === 'left' || g.bank === 'right' ? say(g.bank, lang) : say('elsewhere', lang), count, narrows: g.bank ? this.equals('bank', g.bank) : { is: 'compare', property: 'bank', operator: 'null', values: [] } };
      if (by === 'severity') return { name: g.severity ? String(g.severity) : say('noSeverity', lang), count, narrows: this.equals('severity', g.severity ?? 0) };
      if (by === 'chainage') {
        const from = g.chainage;
        if (from === undefined) return { name: say('elsewhere', lang), count, narrows: { is: 'compare', property: 'chainage', operator: 'null', values: [] } };
        return { name: `${from}–${from + size}`, count, narrows: { is: 'all', of: [{ is: 'compare', property: 'chainage', operator: '>=', values: [from] }, { is: 'compare', property: 'chainage', operator: '<', values: [from + size] }] } };
      }
      return { name: g.middle ? `${g.middle[0].toFixed(4)}, ${g.middle[1].toFixed(4)}` : '', count, narrows: undefined };
    }).sort((a, b) => (by === 'chainage' ? 0 : b.count - a.count));
  }

  speak(): void {
    const lang = this.bench.lang();
    const { state, change } = { state: this.bench.store.state, change: (s: Partial<State>) => this.bench.store.change(s) };
    this.root.replaceChildren(
      make('div', { className: 'row' },
        field(say('where', lang), keyed(select(grounds(this.bench), state.ground, (ground) => change({ ground })), 'ground')),
        field(say('by', lang), keyed(select(kinds.map((k) => [k, say(`by:${k}` as PlannerWord, lang)] as const), this.by, (by) => change({ by })), 'by'))),
      this.told, this.sums, this.bars);
    this.fill();
  }

  private fill(): void {
    const lang = this.bench.lang();
    const { summary } = this;
    const facts: [string, string, string][] = summary ? [
      ['total', `${this.bench.names.layer(this.bench.store.state.layer)}`, plain(summary.total)],
      ['incidents', say('open', lang), plain(summary.incidents.open)], ['cameras', say('seeing', lang), plain(summary.cameras.total)],
    ] : [];
    this.sums.replaceChildren(...facts.flatMap(([key, name, value]) => {
      const dd = make('dd', {}, value);
      dd.dataset.figure = key;
      return [make('dt', {}, name), dd];
    }), ...(this.read ? [make('dt', { className: 'when' }, say('asOf', lang, { t: clock(this.read) }))] : []));
    const most = Math.max(1, ...this.shown.map((b) => b.count));
    this.bars.replaceChildren(...this.shown.slice(0, mostBars).map((b) => this.bar(b, most)),
      ...(this.shown.length > mostBars ? [make('li', { className: 'hint' }, say('rest', lang, { n: this.shown.length - mostBars }))] : []));
  }

  private bar(b: Bar, most: number): HTMLElement {
    const { store } = this.bench;
    const parts = [make('span', { className: 'what' }, b.name), make('span', { className: 'many' }, plain(b.count)), bar(b.count / most)];
    if (!b.narrows) return make('li', {}, make('div', { className: 'bar' }, ...parts));
    const { narrows } = b;
    const press = button('', () => {
      if (store.state.raw !== undefined) return; // a text of one's own is narrowed by hand
      store.change({ node: narrowed(store.state.node, narrows) });
    }, 'bar');
    press.disabled = store.state.raw !== undefined;
    press.replaceChildren(...parts);
    press.title = say('narrow', this.bench.lang(), { what: b.name, n: plain(b.count) });
    return make('li', {}, press);
  }
}

/** A bar that is so long. */
export function bar(share: number): HTMLElement {
  const e = make('span', { className: 'long' });
  e.style.setProperty('--share', String(share));
  return e;
}

/** The squares of a grid, as strong as they are full. */
function squares(a: Aggregate, most: number): GeoJSON.Feature[] {
  const half = (a.size ?? size) / 2;
  return a.groups.flatMap((g): GeoJSON.Feature[] => {
    if (!g.middle) return [];
    const corner = (x: number, y: number): [number, number] => beside(g.middle!, x * half, y * half);
    const ring = [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1), corner(-1, -1)];
    return [{ type: 'Feature', geometry: { type: 'Polygon', coordinates: [ring] }, properties: filled(g.count, most) }];
  });
}

/** So strong is what is so full. */
const filled = (count: number, most: number): GeoJSON.GeoJsonProperties => ({ tone: 'glow', share: 0.08 + 0.5 * (count / Math.max(1, most)), label: plain(count) });

/** What is counted by, but for what the map shows. */
const asked = (s: State): string => JSON.stringify([s.layer, filterOf(s, s.layer), s.ground, groundOf(s, [0, 0, 0, 0]), s.by]);
