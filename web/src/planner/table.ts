/** The table: features page by page as the server gives them, drawn as far as they are seen. */
import { button, make, say as put } from '../lib/dom';
import { stateWord } from '../lib/i18n';
import { instant, stamp } from '../lib/time';
import { items, itemsQuery, nextOf, page, type Page, type Queryable, type Row } from './asks';
import { keyed, plain, wrong, type Bench } from './bench';
import { titleOf } from './filterpane';
import type { State } from './state';
import { say } from './words';

/** How high a row is, in pixels; the style sheet says the same. */
const rowHeight = 28;

/** How many features a page has, and how many the table keeps at most. */
const pageSize = 100;
const mostRows = 10_000;

const usual = ['id', 'name', 'class', 'area', 'bank', 'chainage', 'state', 'severity', 'updated'];

export class Table {
  private readonly head = make('header', { className: 'tablehead' });
  private readonly body = make('tbody');
  private readonly heads = make('tr');
  private readonly table = make('table', {}, make('thead', {}, this.heads), this.body);
  private readonly scroll = make('div', { className: 'scroll', tabIndex: 0 }, this.table);
  private readonly note = make('p', { className: 'note', role: 'status' });
  private readonly columns = make('details', { className: 'columns' });
  private readonly fold = make('button', { type: 'button', className: 'small' });
  private rows: Row[] = [];
  private next: string | undefined;
  private matched: number | undefined;
  private read = ''; // when, as the server says
  private turn = 0; // of the last question: older answers come too late
  private reading = false;
  private failed: unknown;
  private pointed = '';
  private properties: Record<string, Queryable> = {};

  constructor(private readonly root: HTMLElement, private readonly bench: Bench, private readonly counted: () => void) {
    this.root.replaceChildren(this.head, this.scroll);
    this.scroll.addEventListener('scroll', () => {
      this.draw();
      this.more();
    });
    this.body.addEventListener('mouseover', (e) => this.point(this.rowAt(e)));
    this.body.addEventListener('mouseleave', () => this.point(undefined));
    this.body.addEventListener('click', (e) => {
      const row = this.rowAt(e);
      if (row) bench.choose({ layer: bench.store.state.layer, id: row.id, name: String(row.properties.name ?? '') || row.id, geometry: row.geometry ?? undefined }, true);
    });
    this.fold.addEventListener('click', () => {
      root.classList.toggle('folded');
      this.speak();
    });
    bench.store.on((is, was) => { if (asked(is) !== asked(was)) void this.ask(); });
    new ResizeObserver(() => { this.draw(); this.more(); }).observe(this.scroll);
  }

  /** How many there are; undefined if the server does not count so many. */
  get count(): number | undefined {
    return this.matched;
  }

  private rowAt(e: Event): Row | undefined {
    const tr = e.target instanceof HTMLElement ? e.target.closest<HTMLElement>('tr[data-id]') : null;
    return tr ? this.rows.find((r) => r.id === tr.dataset.id) : undefined;
  }

  /** Shows on the map what a row is about. */
  private point(row: Row | undefined): void {
    if ((row?.id ?? '') === this.pointed) return;
    this.pointed = row?.id ?? '';
    this.mark(row?.geometry ?? undefined);
  }

  /** Draws the chosen thing and the one that is pointed at. */
  private mark(pointed: GeoJSON.Geometry | undefined): void {
    const chosen = this.bench.chosen();
    this.bench.map.draw('mark', [
      ...(chosen?.geometry ? [{ type: 'Feature' as const, geometry: chosen.geometry, properties: { chosen: true } }] : []),
      ...(pointed ? [{ type: 'Feature' as const, geometry: pointed, properties: { chosen: false } }] : []),
    ]);
  }

  /** Shows the row of what is pointed at on the map. */
  pointAt(id: string, geometry: GeoJSON.Geometry | undefined): void {
    this.pointed = id;
    this.mark(geometry);
    this.draw();
  }

  /** Another thing is chosen: its row is shown, if the table has it. */
  chosenChanged(): void {
    const at = this.rows.findIndex((r) => r.id === this.bench.chosen()?.id);
    if (at >= 0) {
      const top = at * rowHeight;
      const { scrollTop, clientHeight } = this.scroll;
      if (top < scrollTop || top > scrollTop + clientHeight - 2 * rowHeight) this.scroll.scrollTop = top - clientHeight / 3;
    }
    this.mark(undefined);
    this.drawHead();
    this.draw();
  }

  private shown(): string[] {
    const { columns } = this.bench.store.state;
    const known = (columns.length > 0 ? columns : usual).filter((c) => c in this.properties);
    return known.length > 0 ? known : ['id'];
  }

  /** Asks for the first page. */
  async ask(): Promise<void> {
    const turn = ++this.turn;
    const { state } = this.bench.store;
    this.reading = true;
    this.drawHead();
    try {
      this.properties = await this.bench.queryables(state.layer);
      const q = itemsQuery(state, this.bench.map.box());
      q.set('limit', String(pageSize));
      q.set('properties', this.shown().join(','));
      if (state.sort) q.set('sortby', state.sort);
      const first = await items(state.layer, q);
      if (turn !== this.turn) return;
      this.rows = [];
      this.matched = first.numberMatched;
      this.scroll.scrollTop = 0;
      this.take(first);
      this.failed = undefined;
    } catch (e) {
      if (turn !== this.turn) return;
      this.failed = e;
    }
    this.reading = false;
    this.counted();
    this.speak();
    this.more();
  }

  private take(p: Page): void {
    this.rows.push(...p.features);
    this.next = nextOf(p);
    this.read = p.timeStamp;
  }

  /** Reads the next page when the end of what is there comes near. */
  private more(): void {
    const { scrollTop, clientHeight } = this.scroll;
    if (this.reading || !this.next || this.failed || this.rows.length >= mostRows) return;
    if (scrollTop + clientHeight + 20 * rowHeight < this.rows.length * rowHeight) return;
    const turn = this.turn;
    this.reading = true;
    page(this.next).then((p) => {
      if (turn === this.turn) this.take(p);
    }, (e: unknown) => { if (turn === this.turn) this.failed = e; }).finally(() => {
      if (turn !== this.turn) return;
      this.reading = false;
      this.drawHead();
      this.draw();
      this.more();
    });
  }

  speak(): void {
    const lang = this.bench.lang();
    this.root.setAttribute('aria-label', say('table', lang));
    this.scroll.setAttribute('aria-label', say('table', lang));
    this.drawHead();
    this.drawColumns();
    const { sort } = this.bench.store.state;
    this.heads.replaceChildren(...this.shown().map((c) => {
      const title = titleOf(c, this.properties[c], lang);
      const falls = sort === `-${c}`;
      const b = button(title + (sort === c ? ' ▲' : falls ? ' ▼' : ''), () => this.bench.store.change({ sort: sort === c ? `-${c}` : falls ? '' : c }));
      b.title = say('sortBy', lang, { what: title });
      b.dataset.sort = c;
      const th = make('th', { scope: 'col' }, b);
      th.setAttribute('aria-sort', sort === c ? 'ascending' : falls ? 'descending' : 'none');
      return th;
    }));
    this.draw();
  }

  private drawHead(): void {
    const lang = this.bench.lang();
    const chosen = this.bench.chosen();
    const folded = this.root.classList.contains('folded');
    put(this.fold, folded ? '▴' : '▾');
    this.fold.ariaLabel = say(folded ? 'unfold' : 'fold', lang);
    this.fold.ariaExpanded = String(!folded);
    const told = this.failed ? wrong(this.failed, lang) : this.reading && this.rows.length === 0 ? say('loading', lang)
      : [this.matched === undefined ? say('moreThan', lang) : say('matched', lang, { n: plain(this.matched) }),
        ...(this.rows.length >= mostRows ? [say('enough', lang, { n: plain(mostRows) })] : []),
        ...(this.read ? [say('asOf', lang, { t: stamp(instant(this.read) ?? 0).slice(11) })] : [])].join(' · ');
    put(this.note, told);
    this.note.classList.toggle('bad', this.failed !== undefined);
    const title = make('h2', {}, `${say('table', lang)} · ${this.bench.names.layer(this.bench.store.state.layer)}`);
    const refresh = keyed(button(say('refresh', lang), () => this.bench.refresh(), 'small'), 'refresh');
    this.head.replaceChildren(this.fold, title, this.note,
      ...(chosen ? [make('span', { className: 'chosen' }, say('chosen', lang, { what: chosen.name })), keyed(button(say('details', lang), () => this.bench.details(chosen), 'small'), 'details')] : []), refresh, this.columns);
  }

  private drawColumns(): void {
    const lang = this.bench.lang();
    const shown = this.shown();
    const boxes = Object.entries(this.properties).filter(([c]) => c !== 'geometry').map(([c, is]) => {
      const box = make('input', { type: 'checkbox', checked: shown.includes(c) });
      box.dataset.column = c;
      box.addEventListener('change', () => this.bench.store.change({ columns: box.checked ? [...shown, c] : shown.filter((o) => o !== c) }));
      return make('label', {}, box, titleOf(c, is, lang));
    });
    this.columns.replaceChildren(make('summary', {}, say('columns', lang)),
      make('div', {}, button(say('usual', lang), () => this.bench.store.change({ columns: [] }), 'small'), ...boxes));
  }

  /** Draws the rows that are seen, and room for the others. */
  private draw(): void {
    const from = Math.max(0, Math.floor(this.scroll.scrollTop / rowHeight) - 10);
    const to = Math.min(this.rows.length, from + Math.ceil(this.scroll.clientHeight / rowHeight) + 20);
    const columns = this.shown();
    const chosen = this.bench.chosen()?.id;
    const room = (n: number): HTMLElement[] => {
      if (n <= 0) return [];
      const tr = make('tr', { className: 'room' }, make('td', { colSpan: columns.length }));
      tr.style.height = `${n * rowHeight}px`;
      return [tr];
    };
    this.table.setAttribute('aria-rowcount', String(this.matched ?? -1));
    this.body.replaceChildren(...room(from), ...this.rows.slice(from, to).map((r, i) => {
      const tr = make('tr', {}, ...columns.map((c, n) => {
        const text = this.cell(c, r.properties[c] ?? (c === 'id' ? r.id : undefined));
        if (n > 0) return make('td', { title: text }, text);
        const go = button(text, () => undefined, 'cell'); // the row does it
        go.ariaLabel = `${text} · ${say('goTo', this.bench.lang())}`;
        return make('td', {}, go);
      }));
      tr.dataset.id = r.id;
      tr.setAttribute('aria-rowindex', String(from + i + 2));
      tr.classList.toggle('on', r.id === chosen);
      tr.setAttribute('aria-selected', String(r.id === chosen));
      tr.classList.toggle('pointed', r.id === this.pointed);
      return tr;
    }), ...room(this.rows.length - to));
  }

  private cell(column: string, v: unknown): string {
    if (v === null || v === undefined) return '';
    const { names } = this.bench;
    const lang = this.bench.lang();
    if (column === 'class') return names.class(String(v));
    if (column === 'area') return names.area(String(v));
    if (column === 'state') return stateWord(String(v), lang);
    if (column === 'bank' && (v === 'left' || v === 'right')) return say(v, lang);
    if (this.properties[column]?.format === 'date-time') return stamp(instant(String(v)) ?? 0);
    if (typeof v === 'number') return plain(v, column === 'chainage' ? 1 : 3);
    return typeof v === 'object' ? JSON.stringify(v) : String(v);
  }
}

/** What the table asks by, but for what the map shows. */
const asked = (s: State): string => JSON.stringify([s.layer, itemsQuery(s, [0, 0, 0, 0]).toString(), s.ground, s.columns, s.sort]);
