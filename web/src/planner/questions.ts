/** The questions that planners ask: what each wants to know, and what it draws and says. */
import type { LonLat } from '../lib/geo';
import type { Lang } from '../lib/i18n';
import { instant, stamp } from '../lib/time';
import { about, type Aggregate, type Clusters, type Coverage, type Gaps, type Ground, type Group, type Hotspots, type Related, type Summary, type Thing, type Travel } from './asks';
import { plain } from './bench';
import type { Tone } from './paint';
import { isPlannerWord, say, type PlannerWord } from './words';

/** What kind of input a field is. 'ground' is a piece of ground, 'shape' an outline that was drawn, 'scope' what is counted. */
export type FieldKind = 'number' | 'class' | 'bank' | 'thing' | 'ground' | 'shape' | 'scope' | 'phenomenon' | readonly string[];
export interface Field { name: string; label: PlannerWord; is: FieldKind; usual: string }

/** One thing that an answer names: where it is, and what there is to say of it. */
export interface Item { name: string; more: string; geometry?: GeoJSON.Geometry; thing?: Thing }

export interface Answer {
  said: string;
  features: GeoJSON.Feature[];
  legend: { tone: Tone; text: PlannerWord }[];
  items: Item[];
  picture?: string; // the address of a drawing
  bars?: { name: string; count: number; more: string }[];
}

/** What a question knows beside its fields. */
export interface Given {
  lang: Lang;
  value(name: string): string;
  ground: Ground; // that the fields say, or drawn
  scope: Record<string, string>; // what is counted: kind, class, filter, times
  className(code: string): string;
  phenomenonName(code: string): string;
}

export interface Question { key: PlannerWord; fields: Field[]; ask(g: Given): Promise<Answer> }

const nothing: Answer = { said: '', features: [], legend: [], items: [] };
const number = (name: string, label: PlannerWord, usual: string): Field => ({ name, label, is: 'number', usual });
const bank: Field = { name: 'bank', label: 'bank', is: 'bank', usual: '' };

const feature = (geometry: GeoJSON.Geometry, tone: Tone, label = ''): GeoJSON.Feature => ({ type: 'Feature', geometry, properties: { tone, ...(label ? { label } : {}) } });
const pointOf = (t: { lon: number; lat: number }): GeoJSON.Point => ({ type: 'Point', coordinates: [t.lon, t.lat] });
const itemOf = (t: Thing, more: string): Item => ({ name: t.name || t.id, more, geometry: pointOf(t), thing: t });
const km = (metres: number | undefined): string => (metres === undefined ? '' : `${(metres / 1000).toFixed(3)} km`);
const bankName = (b: string | undefined, lang: Lang): string => (b === 'left' || b === 'right' ? say(b, lang) : '');

/** The stretch of the creek that two fields say. */
const stretch = (g: Given): string => `${g.value('from') || '0'},${g.value('to') || '100000'}`;

export const questions: Question[] = [{
  key: 'gaps',
  fields: [{ name: 'class', label: 'class', is: 'class', usual: 'asset.lifebuoy' }, number('distance', 'distance', '50'), bank],
  async ask(g) {
    const a = await about<Gaps>('/v1/creek/gaps', { class: g.value('class'), distance: g.value('distance'), bank: g.value('bank') });
    const found = [...a.gaps].sort((x, y) => y.metres - x.metres);
    return {
      ...nothing,
      said: say('lacking', g.lang, { all: plain(a.banks), n: plain(a.lacking), d: plain(a.distance), k: a.gaps.length }),
      features: found.map((x) => feature({ type: 'LineString', coordinates: x.line }, 'bad')),
      legend: [{ tone: 'bad', text: 'gap' }],
      items: found.map((x) => ({ name: `${bankName(x.bank, g.lang)} ${km(x.from)} – ${km(x.to)}`, more: `${plain(x.metres)} m`, geometry: { type: 'LineString', coordinates: x.line } })),
    };
  },
}, {
  key: 'creek',
  fields: [{ name: 'id', label: 'thing', is: 'thing', usual: '' }, { name: 'way', label: 'way', is: ['upstream', 'downstream'], usual: 'upstream' }, number('reach', 'reach', '5000'), { name: 'class', label: 'class', is: 'class', usual: 'asset.outfall' }],
  async ask(g) {
    const up = g.value('way') !== 'downstream';
    const a = await about<{ matched: number; things: Thing[] }>('/v1/creek', {
      [up ? 'upstream_of' : 'downstream_of']: g.value('id'), reach: g.value('reach'), class: g.value('class'), order: up ? 'upstream' : '', limit: '1000',
    });
    return {
      ...nothing, said: say('found', g.lang, { n: a.matched }), legend: [{ tone: 'warn', text: up ? 'upstream' : 'downstream' }],
      features: a.things.map((t) => feature(pointOf(t), 'warn')),
      items: a.things.map((t) => itemOf(t, `${km(t.chainage)} ${bankName(t.bank, g.lang)}`)),
    };
  },
}, {
  key: 'clusters',
  fields: [{ name: 'scope', label: 'what', is: 'scope', usual: 'cases' }, number('reach', 'between', '150'), number('least', 'least', '5'), { name: 'ground', label: 'where', is: 'ground', usual: '' }],
  async ask(g) {
    const a = await about<Clusters>('/v1/clusters', { ...g.scope, reach: g.value('reach'), least: g.value('least') }, g.ground);
    const hull = (c: Clusters['clusters'][number]): GeoJSON.Geometry => (c.hull.length > 3 ? { type: 'Polygon', coordinates: [c.hull] } : c.hull.length > 1 ? { type: 'LineString', coordinates: c.hull } : { type: 'Point', coordinates: c.middle });
    return {
      ...nothing, said: say('gathered', g.lang, { n: plain(a.counted), k: a.found, r: plain(a.noise) }), legend: [{ tone: 'bad', text: 'clusterKey' }],
      features: a.clusters.flatMap((c) => [feature(hull(c), 'bad'), feature({ type: 'Point', coordinates: c.middle }, 'bad', plain(c.count))]),
      items: a.clusters.map((c) => ({
        name: say('cluster', g.lang, { n: plain(c.count), r: plain(c.radius) }), geometry: hull(c),
        more: Object.entries(c.classes).sort((x, y) => y[1] - x[1]).slice(0, 3).map(([code, n]) => `${g.className(code)} ${n}`).join('、'),
      })),
    };
  },
}, {
  key: 'hotspots',
  fields: [{ name: 'scope', label: 'what', is: 'scope', usual: 'layer' }, number('size', 'size', '250'), number('offset', 'offset', '200')],
  async ask(g) {
    const a = await about<Hotspots>('/v1/hotspots', { ...g.scope, size: g.value('size'), chainage: '0,100000', offset: g.value('offset') }, g.ground.outline ? g.ground : {});
    const shown = a.spots.filter((s) => s.significant || s.z > 1);
    const tone = (s: Hotspots['spots'][number]): Tone => (!s.significant ? 'warn' : s.z > 0 ? 'bad' : 'glow');
    return {
      ...nothing, said: say('spots', g.lang, { n: plain(a.counted), k: a.cells, s: a.spots.filter((s) => s.significant).length }),
      legend: [{ tone: 'bad', text: 'hot' }, { tone: 'glow', text: 'cold' }, { tone: 'warn', text: 'hotter' }],
      features: shown.map((s) => feature({ type: 'Polygon', coordinates: s.outline }, tone(s), plain(s.count))),
      items: shown.map((s) => ({ name: say('cell', g.lang, { n: plain(s.count), z: s.z.toFixed(2) }), more: say(s.significant ? (s.z > 0 ? 'hot' : 'cold') : 'hotter', g.lang), geometry: { type: 'Polygon', coordinates: s.outline } })),
    };
  },
}, {
  key: 'blind',
  fields: [
    { name: 'ground', label: 'where', is: 'ground', usual: 'stretch' }, number('from', 'fromChainage', '12000'), number('to', 'toChainage', '12600'), bank, number('offset', 'offset', '60'),
    number('next', 'next', '3'), { name: 'gain', label: 'gain', is: ['area', 'bank'], usual: 'area' },
  ],
  async ask(g) {
    const creek = !g.ground.bbox && !g.ground.outline;
    const a = await about<Coverage>('/v1/coverage', { ...(creek ? { chainage: stretch(g), bank: g.value('bank'), offset: g.value('offset') } : {}), next: g.value('next'), gain: g.value('gain') }, g.ground);
    const percent = (share: number): string => plain(share * 100, 1);
    return {
      ...nothing,
      said: say('covered', g.lang, {
        share: percent(a.ground.share), twice: percent(a.ground.area > 0 ? a.ground.twice / a.ground.area : 0), n: a.ground.blindSpots, bank: percent(a.bank.share), m: plain(a.bank.length - a.bank.seen),
      }),
      legend: [{ tone: 'bad', text: 'blindGround' }, { tone: 'warn', text: 'blindBank' }, { tone: 'good', text: 'nextPlace' }],
      features: [
        ...a.ground.blind.map((b) => feature(b.geometry, 'bad')), ...a.bank.blind.map((b) => feature(b.geometry, 'warn')),
        ...a.next.map((n, i) => feature(pointOf(n), 'good', String(i + 1))),
      ],
      items: [
        ...a.next.map((n, i): Item => ({ name: `${say('nextPlace', g.lang)} ${i + 1}`, more: say('adds', g.lang, { a: plain(n.area), b: plain(n.bank), z: plain(n.azimuth) }), geometry: pointOf(n) })),
        ...a.ground.blind.map((b): Item => ({ name: say('blindGround', g.lang), more: `${plain(b.area)} m²`, geometry: b.geometry })),
        ...a.bank.blind.map((b): Item => ({ name: say('blindBank', g.lang), more: `${plain(b.length)} m`, geometry: b.geometry })),
      ],
    };
  },
}, {
  key: 'hangs',
  fields: [{ name: 'id', label: 'thing', is: 'thing', usual: '' }],
  async ask(g) {
    const a = await about<Related>(`/v1/relations/${encodeURIComponent(g.value('id'))}`, { follow: 'parts,carries,monitored_by' });
    const places = new Map<string, LonLat>([[a.from.id, [a.from.lon, a.from.lat]], ...a.steps.map(({ thing }) => [thing.id, [thing.lon, thing.lat]] as [string, LonLat])]);
    return {
      ...nothing, said: say('steps', g.lang, { n: a.steps.length }), legend: [{ tone: 'warn', text: 'affected' }],
      features: [
        ...a.steps.flatMap((s) => { const from = places.get(s.from); return from ? [feature({ type: 'LineString', coordinates: [from, [s.thing.lon, s.thing.lat]] }, 'warn')] : []; }),
        ...a.steps.map((s) => feature(pointOf(s.thing), 'warn')), feature(pointOf(a.from), 'bad', a.from.name || a.from.id),
      ],
      items: a.steps.map((s) => itemOf(s.thing, `${g.className(s.thing.class)} · ${isPlannerWord(s.by) ? say(s.by, g.lang) : s.by}`)),
    };
  },
}, {
  key: 'travel',
  fields: [number('from', 'fromChainage', '9000'), number('to', 'toChainage', '11500')],
  async ask(g) {
    const [a, along] = await Promise.all([
      about<Travel>('/v1/creek/travel', { chainage: stretch(g) }),
      about<{ things: Thing[] }>('/v1/creek', { chainage: stretch(g), kind: 'sensor', limit: '1000' }),
    ]);
    const gauges = new Map(a.gauges.map((x) => [x.id, x]));
    const told = along.things.flatMap((t) => { const gauge = gauges.get(t.id); return gauge ? [{ t, gauge, speed: gauge.velocity === undefined ? '' : `${plain(gauge.velocity, 2)} m/s` }] : []; });
    const minutes = Math.round((a.seconds ?? 0) / 60);
    return {
      ...nothing,
      said: a.seconds === undefined ? say('stands', g.lang, { why: a.why ?? a.state })
        : say('flows', g.lang, { t: say('hours', g.lang, { h: Math.floor(minutes / 60), m: minutes % 60 }), at: stamp(instant(a.arrives) ?? 0).slice(0, 16) }),
      legend: [{ tone: 'good', text: 'flowGauge' }, ...(told.every((x) => x.gauge.used) ? [] : [{ tone: 'warn' as const, text: 'flowGaugeSilent' as const }])],
      features: told.map(({ t, gauge, speed }) => feature(pointOf(t), gauge.used ? 'good' : 'warn', speed)),
      items: told.map(({ t, gauge, speed }) => itemOf(t, [km(t.chainage), speed, gauge.used ? '' : gauge.why ?? ''].filter(Boolean).join(' · '))),
    };
  },
}, {
  key: 'levels',
  fields: [{ name: 'phenomenon', label: 'phenomenon', is: 'phenomenon', usual: 'water_level' }, { name: 'period', label: 'period', is: ['hour', 'day', 'week'], usual: 'day' }, { name: 'ground', label: 'where', is: 'ground', usual: '' }],
  async ask(g) {
    const a = await about<Aggregate>('/v1/aggregate', { of: 'observations', phenomenon: g.value('phenomenon'), by: g.value('period'), compare: 'before,week,year' }, g.ground);
    const unit = a.unit ?? '';
    return {
      ...nothing, said: `${g.phenomenonName(g.value('phenomenon'))} · ${say('mean', g.lang)} (${unit})`,
      bars: a.groups.map((x) => ({ name: period(x, g.value('period')), count: x.mean ?? 0, more: [`${plain(x.mean ?? 0, 3)} ${unit}`, ...against(x, g.lang)].join(' · ') })),
    };
  },
}, {
  key: 'cases',
  fields: [{ name: 'period', label: 'period', is: ['hour', 'day', 'week'], usual: 'day' }, { name: 'ground', label: 'where', is: 'ground', usual: '' }],
  async ask(g) {
    const a = await about<Aggregate>('/v1/aggregate', { of: 'incidents', by: g.value('period'), compare: 'before,week,year' }, g.ground);
    return {
      ...nothing, said: say('found', g.lang, { n: a.groups.reduce((n, x) => n + x.count, 0) }),
      bars: a.groups.map((x) => ({ name: period(x, g.value('period')), count: x.count, more: [plain(x.count), ...against(x, g.lang)].join(' · ') })),
    };
  },
}, {
  key: 'works',
  fields: [{ name: 'ground', label: 'where', is: 'shape', usual: '' }, number('distance', 'distance', '100')],
  async ask(g) {
    if (!g.ground.outline) return { ...nothing, said: say('needShape', g.lang) };
    const [summary, told] = await Promise.all([
      about<Summary>('/v1/summary', {}, g.ground),
      about<{ matched: number; things: Thing[] }>('/v1/within', { kind: 'building', distance: g.value('distance'), limit: '1000' }, g.ground),
    ]);
    return {
      ...nothing, said: say('touched', g.lang, { n: plain(summary.total), k: plain(told.matched), d: g.value('distance') }), legend: [{ tone: 'warn', text: 'toTell' }],
      features: told.things.map((t) => feature(pointOf(t), 'warn')),
      items: [
        ...summary.kinds.flatMap((k) => Object.entries(k.classes).map(([code, n]): Item => ({ name: g.className(code), more: plain(n) }))),
        ...told.things.map((t) => itemOf(t, `${say('toTell', g.lang)} ${t.distance === undefined ? '' : `${plain(t.distance)} m`}`)),
      ],
    };
  },
}, {
  key: 'strip',
  fields: [number('from', 'fromChainage', '5000'), number('to', 'toChainage', '13500'), { name: 'phenomenon', label: 'phenomenon', is: 'phenomenon', usual: 'water_level' }],
  ask(g) {
    const q = new URLSearchParams({ chainage: stretch(g), f: 'svg', lang: g.lang, width: '1600', ...(g.value('phenomenon') ? { phenomenon: g.value('phenomenon') } : {}) });
    return Promise.resolve({ ...nothing, picture: `/v1/creek/strip?${q}` });
  },
}];

/** When a group begins. */
function period(g: Group, by: string): string {
  const at = stamp(instant(g.start) ?? 0);
  return by === 'hour' ? at.slice(5, 16) : at.slice(0, 10);
}

/** How a group compares with before; of nothing there is no share. */
function against(g: Group, lang: Lang): string[] {
  const words: Record<string, PlannerWord> = { before: 'before', week: 'weekBefore', year: 'year' };
  return Object.entries(g.against ?? {}).flatMap(([k, was]) => (was.change === undefined || !words[k] ? [] : [`${say(words[k], lang)} ${was.change >= 0 ? '+' : ''}${plain(was.change * 100, 1)}%`]));
}
