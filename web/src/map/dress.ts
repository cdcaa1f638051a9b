/** The map's clothes: a style of the server for each theme, and what the page draws itself on top. */
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { Lang } from '../lib/i18n';
import type { Theme } from '../lib/theme';

/** The style's address. */
export function styleOf(theme: Theme, lang: Lang): string {
  return `/styles/creek-${theme}.json?lang=${lang}`;
}

const inks = {
  dark: { value: '#d9fff0', halo: '#06101d', good: '#37e0a0', bad: '#ff6b6b', unsure: '#a9b6c6', track: '#46c8ff', pale: '#76828f' },
  light: { value: '#0a4a36', halo: '#ffffff', good: '#0f9d58', bad: '#c62828', unsure: '#6a7686', track: '#0b5ea8', pale: '#9aa4af' },
} as const;

/** From this zoom on sensors show their value. */
export const labelZoom = 15;

/** The sources that the page adds. */
export const own = ['rays', 'trail', 'tracks', 'movers', 'labels'];

/** The picture of what moves, pointing north; the page makes it when it is missed. */
export const arrow = 'suhe.arrow';

/** What the page draws itself, from below: who sees a place, where things came from, where they are, and live numbers above all. */
export function ownLayers(theme: Theme): LayerSpecification[] {
  const ink = inks[theme];
  const state = ['match', ['get', 'state'], 'normal', ink.good, ['fault', 'invalid'], ink.bad, ink.unsure];
  return [{
    id: 'rays', type: 'line', source: 'rays',
    layout: { 'line-cap': 'round' },
    paint: { 'line-color': ['case', ['get', 'now'], ink.good, ink.unsure], 'line-width': 2, 'line-dasharray': [2, 1.5] },
  }, {
    id: 'trail', type: 'line', source: 'trail',
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': ink.value, 'line-width': 3, 'line-opacity': 0.9 },
  }, {
    id: 'tracks', type: 'line', source: 'tracks',
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': ink.track, 'line-width': 2.5, 'line-opacity': 0.6 },
  }, {
    id: 'movers', type: 'symbol', source: 'movers',
    layout: {
      'icon-image': arrow, 'icon-size': ['interpolate', ['linear'], ['zoom'], 11, 0.45, 16, 1], 'icon-allow-overlap': true,
      'icon-rotate': ['get', 'heading'], 'icon-rotation-alignment': 'map',
      'text-field': ['step', ['zoom'], '', 14, ['get', 'name']], 'text-size': 12, 'text-offset': [0, 1.3], 'text-font': ['sans-serif'], 'text-optional': true,
    },
    paint: {
      'icon-color': state as never, 'icon-halo-color': ink.halo, 'icon-halo-width': 1.5,
      'text-color': ink.value, 'text-halo-color': ink.halo, 'text-halo-width': 1.4,
    },
  }, {
    id: 'labels', type: 'symbol', source: 'labels', minzoom: labelZoom,
    layout: { 'text-field': ['get', 'text'], 'text-size': 13, 'text-offset': [0, -1.7], 'text-font': ['sans-serif'] },
    paint: { 'text-color': ink.value, 'text-halo-color': ink.halo, 'text-halo-width': 1.6 },
  }];
}

/**
 * A new style with what the page has added to the old one: its own sources with
 * their data, its layers in the new theme, and which layers are switched off.
 */
export function dressed(was: StyleSpecification | undefined, is: StyleSpecification, theme: Theme): StyleSpecification {
  const kept = Object.fromEntries(Object.entries(was?.sources ?? {}).filter(([name]) => own.includes(name)));
  if (!was || Object.keys(kept).length === 0) return is;
  const hidden = new Set(was.layers.filter((l) => l.layout?.visibility === 'none').map((l) => l.id));
  const layers = [...is.layers, ...ownLayers(theme).filter((l) => 'source' in l && l.source in kept)];
  return {
    ...is,
    sources: { ...is.sources, ...kept },
    layers: layers.map((l) => hidden.has(l.id) ? { ...l, layout: { ...l.layout, visibility: 'none' } } as LayerSpecification : l),
  };
}

/** The sources that show what is live: while it is not, they are pale. */
const living = ['sensors', 'cameras', 'incidents', 'alarms', ...own];

/**
 * A value in the place of one that may depend on the state of a feature, and then does so too,
 * in name: MapLibre asks tiles that were drawn before it changed for an expression.
 */
function steady(value: string, was: unknown): unknown {
  return JSON.stringify(was ?? '').includes('"feature-state"') ? ['case', ['boolean', ['feature-state', 'any'], true], value, value] : value;
}

/** How a layer is painted while what it shows is old: each property that differs. */
export function paled(l: LayerSpecification, theme: Theme): Record<string, unknown> {
  if (!('source' in l) || !living.includes(l.source)) return {};
  const { pale } = inks[theme];
  const colours = ['circle-color', 'circle-stroke-color', 'line-color', 'icon-color'].filter((p) => l.paint && p in l.paint);
  if (own.includes(l.source) && l.type === 'symbol') colours.push('text-color');
  const out: Record<string, unknown> = Object.fromEntries(colours.map((p) => [p, steady(pale, (l.paint as Record<string, unknown> | undefined)?.[p])]));
  // Drawn icons have their own colours; those that are let through by zoom stand on a plate that is pale.
  if (l.type === 'symbol' && l.layout?.['icon-image'] !== undefined && !l.paint?.['icon-color'] && l.paint?.['icon-opacity'] === undefined) out['icon-opacity'] = 0.35;
  return out;
}
