/** How the map looks: a style of the server, with what a planner switched and what answers draw; pure. */
import type { ExpressionSpecification, FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';

/** What differs from the style. */
export interface Wish {
  hidden: string[]; // layers
  opacity: Record<string, number>; // of layers
  order: string[]; // of layers, from below; those that it does not name stay below
  filters: Record<string, string>; // CQL2 by layer
}

/** The colours that answers are drawn in, by the name of their tone. */
export type Inks = Record<Tone, string>;
export const tones = ['bad', 'warn', 'good', 'glow', 'text', 'halo'] as const;
export type Tone = (typeof tones)[number];

/** The sources that the page adds, from below. */
export const own = ['answer', 'shapes', 'handles', 'mark'] as const;
export type Own = (typeof own)[number];

const opacities: Record<string, string[]> = {
  fill: ['fill-opacity'], line: ['line-opacity'], circle: ['circle-opacity', 'circle-stroke-opacity'], symbol: ['icon-opacity', 'text-opacity'], 'fill-extrusion': ['fill-extrusion-opacity'],
};

/** A number or expression times a share. Where an expression goes by the zoom it must stay outermost, so its outcomes are multiplied. */
export function scaled(value: unknown, share: number): unknown {
  if (typeof value === 'number') return value * share;
  if (!Array.isArray(value)) return share;
  const [name, ...args] = value as [string, ...unknown[]];
  const each = (from: number, step: number, last = false): unknown[] => [name, ...args.map((a, i) => ((i >= from && (i - from) % step === 0) || (last && i === args.length - 1) ? scaled(a, share) : a))];
  if (name === 'interpolate') return each(3, 2);
  if (name === 'step') return each(1, 2);
  return ['*', share, value];
}

/** The style with all that is wished, and what the page draws itself. */
export function furnish(is: StyleSpecification, wish: Wish, drawn: Record<Own, GeoJSON.Feature[]>, inks: Inks): StyleSpecification {
  const sources = Object.fromEntries(Object.entries(is.sources).map(([layer, source]) => {
    const filter = wish.filters[layer];
    if (!filter || source.type !== 'vector') return [layer, source];
    return [layer, { ...source, tiles: source.tiles?.map((t) => `${t}${t.includes('?') ? '&' : '?'}filter=${encodeURIComponent(filter)}`) }];
  })) as StyleSpecification['sources'];
  for (const name of own) sources[name] = { type: 'geojson', data: collection(drawn[name]) };
  return { ...is, sources, layers: [...ordered(is.layers, wish.order).map((l) => wished(l, wish)), ...ownLayers(inks)] };
}

export const collection = (features: GeoJSON.Feature[]): GeoJSON.FeatureCollection => ({ type: 'FeatureCollection', features });

const layerOf = (l: LayerSpecification): string => ('source' in l ? l.source : '');

/** The style's layers, those of the named sources taken out and put on top in their order; the names that they write stay above all. */
function ordered(layers: LayerSpecification[], order: string[]): LayerSpecification[] {
  if (order.length === 0) return layers;
  const moved = (l: LayerSpecification): boolean => order.includes(layerOf(l)) && !written(l);
  return [
    ...layers.filter((l) => !moved(l) && !written(l)),
    ...order.flatMap((name) => layers.filter((l) => layerOf(l) === name && !written(l))),
    ...layers.filter(written),
  ];
}

const written = (l: LayerSpecification): boolean => l.type === 'symbol' && l.layout?.['text-field'] !== undefined;

function wished(l: LayerSpecification, { hidden, opacity }: Wish): LayerSpecification {
  const share = opacity[layerOf(l)];
  const off = hidden.includes(layerOf(l));
  if (!off && (share === undefined || share === 1)) return l;
  const paint = { ...l.paint } as Record<string, unknown>;
  if (share !== undefined) for (const p of opacities[l.type] ?? []) paint[p] = scaled(paint[p], share);
  return { ...l, paint, layout: { ...l.layout, ...(off ? { visibility: 'none' } : {}) } } as LayerSpecification;
}

/** How a layer draws a class: for a legend. */
export interface Swatch { form: 'dot' | 'line' | 'fill'; colour: string; edge?: string }

/** What the style says of a class of a layer; undefined if the layer is not drawn. class '' is any. */
export function swatchOf(style: Pick<StyleSpecification, 'layers'>, layer: string, code: string): Swatch | undefined {
  const of = style.layers.filter((l) => layerOf(l) === layer && !(l.id.endsWith('-cluster') || l.id.endsWith('-halo')));
  const first = (type: string): LayerSpecification | undefined => of.find((l) => l.type === type);
  const paint = (l: LayerSpecification | undefined, property: string): string | undefined => colour((l?.paint as Record<string, unknown> | undefined)?.[property], code);
  const dot = first('circle');
  const edge = paint(dot, 'circle-stroke-color');
  const fill = paint(dot, 'circle-color');
  if (fill) return { form: 'dot', colour: fill, ...(edge ? { edge } : {}) };
  const solid = paint(first('fill-extrusion'), 'fill-extrusion-color') ?? paint(first('fill'), 'fill-color');
  const line = paint(first('line'), 'line-color');
  if (solid) return { form: 'fill', colour: solid, ...(line ? { edge: line } : {}) };
  return line ? { form: 'line', colour: line } : undefined;
}

/** What colour an expression of a style comes to for a normal thing of a class: the one for it, else the first, else the last that it names. */
function colour(value: unknown, code: string): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  if (value[0] === 'match') {
    const input = JSON.stringify(value[1]);
    const wanted = input.includes('"class"') ? code : input.includes('"state"') ? 'normal' : '';
    for (let i = 2; i + 1 < value.length; i += 2) if ([value[i]].flat().includes(wanted)) return colour(value[i + 1], code);
    return colour(value.at(-1), code);
  }
  if (value[0] === 'interpolate') return colour(value[Math.min(value.length - 1, 6)], code);
  return undefined;
}

/** What the page draws itself: answers, shapes with what moves them, and the thing that is pointed at. */
function ownLayers(inks: Inks): LayerSpecification[] {
  const tone = ['match', ['get', 'tone'], ...tones.flatMap((t) => [t, inks[t]]), inks.glow] as unknown as ExpressionSpecification;
  const is = (type: string): FilterSpecification => ['==', ['geometry-type'], type];
  const stretch = ['get', 'share'] as unknown as ExpressionSpecification;
  return [
    { id: 'answer-fill', type: 'fill', source: 'answer', filter: is('Polygon'), paint: { 'fill-color': tone, 'fill-opacity': ['coalesce', stretch, 0.4] } },
    { id: 'answer-edge', type: 'line', source: 'answer', filter: is('Polygon'), paint: { 'line-color': tone, 'line-width': 1 } },
    { id: 'answer-line', type: 'line', source: 'answer', filter: is('LineString'), layout: { 'line-cap': 'round' }, paint: { 'line-color': tone, 'line-width': 5, 'line-opacity': 0.9 } },
    { id: 'answer-point', type: 'circle', source: 'answer', filter: is('Point'), paint: { 'circle-color': tone, 'circle-radius': 7, 'circle-stroke-color': inks.halo, 'circle-stroke-width': 2 } },
    {
      id: 'answer-name', type: 'symbol', source: 'answer', filter: ['has', 'label'],
      layout: { 'text-field': ['get', 'label'], 'text-size': 13, 'text-font': ['sans-serif'], 'text-offset': [0, 1.2], 'text-anchor': 'top' },
      paint: { 'text-color': inks.text, 'text-halo-color': inks.halo, 'text-halo-width': 1.8 },
    },
    { id: 'shapes-fill', type: 'fill', source: 'shapes', filter: is('Polygon'), paint: { 'fill-color': inks.glow, 'fill-opacity': 0.12 } },
    { id: 'shapes-line', type: 'line', source: 'shapes', layout: { 'line-cap': 'round', 'line-join': 'round' }, paint: { 'line-color': inks.glow, 'line-width': ['case', ['get', 'chosen'], 3.5, 2] } },
    { id: 'shapes-point', type: 'circle', source: 'shapes', filter: is('Point'), paint: { 'circle-color': inks.glow, 'circle-radius': 6, 'circle-stroke-color': inks.halo, 'circle-stroke-width': 2 } },
    {
      id: 'shapes-name', type: 'symbol', source: 'shapes', filter: ['has', 'label'],
      layout: { 'text-field': ['get', 'label'], 'text-size': 13, 'text-font': ['sans-serif'], 'text-allow-overlap': true, 'symbol-placement': 'point' },
      paint: { 'text-color': inks.text, 'text-halo-color': inks.halo, 'text-halo-width': 2 },
    },
    { id: 'handles', type: 'circle', source: 'handles', paint: { 'circle-color': ['case', ['get', 'between'], inks.halo, inks.glow], 'circle-radius': ['case', ['get', 'between'], 4, 6], 'circle-stroke-color': ['case', ['get', 'between'], inks.glow, inks.halo], 'circle-stroke-width': 2 } },
    { id: 'mark-fill', type: 'fill', source: 'mark', filter: is('Polygon'), paint: { 'fill-color': inks.warn, 'fill-opacity': 0.25 } },
    { id: 'mark-line', type: 'line', source: 'mark', filter: ['!=', ['geometry-type'], 'Point'], paint: { 'line-color': inks.warn, 'line-width': 4 } },
    { id: 'mark-point', type: 'circle', source: 'mark', filter: is('Point'), paint: { 'circle-color': inks.warn, 'circle-opacity': 0.25, 'circle-radius': ['case', ['get', 'chosen'], 15, 11], 'circle-stroke-color': inks.warn, 'circle-stroke-width': 3 } },
  ];
}
