/** The map's clothes: a style of the server for each theme, and what the page draws itself on top. */
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { Lang } from '../lib/i18n';
import type { Theme } from '../lib/theme';

/** The style's address. */
export function styleOf(theme: Theme, lang: Lang): string {
  return `/styles/creek-${theme}.json?lang=${lang}`;
}

const inks = {
  dark: { fan: '#58a8ff', fanLine: '#8cc6ff', veil: 0.16, value: '#d9fff0', halo: '#06101d' },
  light: { fan: '#1478d4', fanLine: '#0b62b3', veil: 0.09, value: '#0a4a36', halo: '#ffffff' },
} as const;

/** What cameras see, below the buildings. */
export function fanLayers(theme: Theme): LayerSpecification[] {
  const { fan, fanLine, veil } = inks[theme];
  return [
    { id: 'fans-fill', type: 'fill', source: 'fans', minzoom: 14, paint: { 'fill-color': fan, 'fill-opacity': veil } },
    { id: 'fans-line', type: 'line', source: 'fans', minzoom: 14, paint: { 'line-color': fanLine, 'line-opacity': 0.5, 'line-width': 1 } },
  ];
}

/** From this zoom on sensors show their value. */
export const labelZoom = 15;

/** Live numbers, above all. */
export function labelLayers(theme: Theme): LayerSpecification[] {
  const { value, halo } = inks[theme];
  return [{
    id: 'labels', type: 'symbol', source: 'labels', minzoom: labelZoom,
    layout: { 'text-field': ['get', 'text'], 'text-size': 13, 'text-offset': [0, -1.7], 'text-font': ['sans-serif'] },
    paint: { 'text-color': value, 'text-halo-color': halo, 'text-halo-width': 1.6 },
  }];
}

/** The sources that the page adds. */
const own = ['fans', 'labels'];

/**
 * A new style with what the page has added to the old one: its own sources with
 * their data, its layers in the new theme, and which layers are switched off.
 */
export function dressed(was: StyleSpecification | undefined, is: StyleSpecification, theme: Theme): StyleSpecification {
  const kept = Object.entries(was?.sources ?? {}).filter(([name]) => own.includes(name));
  if (!was || kept.length === 0) return is;
  const hidden = new Set(was.layers.filter((l) => l.layout?.visibility === 'none').map((l) => l.id));
  const low = is.layers.findIndex((l) => l.type === 'fill-extrusion');
  const under = low < 0 ? is.layers.length : low;
  const layers = [...is.layers.slice(0, under), ...fanLayers(theme), ...is.layers.slice(under), ...labelLayers(theme)];
  return {
    ...is,
    sources: { ...is.sources, ...Object.fromEntries(kept) },
    layers: layers.map((l) => hidden.has(l.id) ? { ...l, layout: { ...l.layout, visibility: 'none' } } as LayerSpecification : l),
  };
}
