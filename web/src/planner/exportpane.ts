/** Taking along what is seen: files in every format, the incidents of a month, and QGIS. */
import { button, make } from '../lib/dom';
import { fileAddress, itemsQuery } from './asks';
import { field, keyed, plain, select, type Bench, type Pane } from './bench';
import { say, type PlannerWord } from './words';

const formats = ['csv', 'gpkg', 'geojsonseq', 'fgb', 'shp', 'geojson'] as const;

/** Reference systems: CRS84 is the usual one; of the last two no file but text can tell. */
const systems = ['', 'EPSG:4490', 'EPSG:4549', 'EPSG:3857', 'urn:suhe:crs:CITY', 'urn:suhe:crs:GCJ-02', 'urn:suhe:crs:BD-09'] as const;
const textOnly = ['urn:suhe:crs:GCJ-02', 'urn:suhe:crs:BD-09'];
const texts: readonly string[] = ['csv', 'geojsonseq', 'geojson'];

export class ExportPane implements Pane {
  readonly root = make('section', { className: 'pane' });
  private readonly files = make('div', { className: 'files' });
  private readonly title = make('h3');
  private crs = '';
  private encoding = 'utf-8';
  private only = false; // the columns of the table
  private month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7); // in Shanghai

  /** count is how many features there are; undefined if they are too many to count. */
  constructor(private readonly bench: Bench, private readonly count: () => number | undefined) {
    bench.store.on(() => this.link());
    bench.map.onMove(() => { if (bench.store.state.ground === 'view') this.link(); });
  }

  speak(): void {
    const lang = this.bench.lang();
    const name = (crs: string): string => (crs === '' ? 'WGS84 (CRS84)' : crs.endsWith('CITY') ? say('crsCity', lang) : crs.replace('urn:suhe:crs:', ''));
    const month = make('input', { type: 'month', value: this.month, required: true });
    const cases = make('a', { className: 'button', id: 'cases-csv', download: '' }, say('casesCsv', lang));
    const aim = (): void => { cases.href = casesAddress(this.month, this.encoding); };
    month.addEventListener('change', () => {
      if (/^\d{4}-\d\d$/.test(month.value)) this.month = month.value;
      aim();
    });
    aim();
    const url = `${location.origin}/ogc`;
    this.root.replaceChildren(
      this.title, make('p', { className: 'hint' }, say('exportHint', lang)),
      field(say('crs', lang), keyed(select(systems.map((c) => [c, name(c)] as const), this.crs, (v) => { this.crs = v; this.link(); }), 'crs')),
      make('div', { className: 'row' },
        field(say('encoding', lang), keyed(select([['utf-8', 'UTF-8'], ['gbk', 'GBK']], this.encoding, (v) => { this.encoding = v; this.link(); aim(); }), 'encoding')),
        field(say('fields', lang), keyed(select([['', say('allFields', lang)], ['1', say('tableFields', lang)]], this.only ? '1' : '', (v) => { this.only = v === '1'; this.link(); }), 'fields'))),
      this.files,
      make('h3', {}, say('exportCases', lang)), make('div', { className: 'row' }, field(say('month', lang), month), cases),
      make('h3', { id: 'qgis' }, say('qgis', lang)), make('p', {}, say('qgisWhy', lang)),
      make('ol', { className: 'steps' }, make('li', {}, say('qgis1', lang)), make('li', {}, say('qgis2', lang)),
        make('li', {}, say('qgis3', lang), make('code', {}, url), ' ', button(say('copyUrl', lang), () => void navigator.clipboard?.writeText(url), 'small')),
        make('li', {}, say('qgis4', lang)), make('li', {}, say('qgis5', lang))));
    this.link();
  }

  /** Lets the links be of what is seen now. */
  link(): void {
    const { store, map, names } = this.bench;
    const lang = this.bench.lang();
    const { state } = store;
    const n = this.count();
    this.title.textContent = say('exportWhat', lang, { layer: names.layer(state.layer), n: n === undefined ? say('moreThan', lang) : say('matched', lang, { n: plain(n) }) });
    this.files.replaceChildren(...formats.map((f) => {
      const text = say(`f:${f}` as PlannerWord, lang);
      const cannot = textOnly.includes(this.crs) && !texts.includes(f);
      if (cannot) return make('span', { className: 'button off', title: say('notInCrs', lang) }, text);
      const q = itemsQuery(state, map.box());
      if (state.sort) q.set('sortby', state.sort);
      if (this.crs) q.set('crs', this.crs);
      if (this.only && state.columns.length > 0) q.set('properties', state.columns.join(','));
      if (f === 'csv') q.set('encoding', this.encoding);
      if (f === 'geojson') q.set('limit', '10000');
      q.set('f', f);
      const a = make('a', { className: 'button', href: fileAddress(state.layer, q), download: f === 'geojson' ? `suhe-${state.layer}.geojson` : '' }, text);
      a.dataset.format = f;
      return a;
    }), ...(textOnly.includes(this.crs) ? [make('p', { className: 'hint' }, say('notInCrs', lang))] : []));
  }
}

/** The incidents that began in a month of Shanghai's, open or not. */
export function casesAddress(month: string, encoding: string): string {
  const [year, m] = month.split('-').map(Number) as [number, number];
  const next = m === 12 ? `${year + 1}-01` : `${year}-${String(m + 1).padStart(2, '0')}`;
  return `/v1/incidents?${new URLSearchParams({ f: 'csv', open: 'all', from: `${month}-01T00:00:00+08:00`, to: `${next}-01T00:00:00+08:00`, encoding })}`;
}
