/** The map's clothes: a style of the server for each theme, and what the page draws itself on top. */
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { Lang } from '../lib/i18n';
import type { Theme } from '../lib/theme';

/** The style's address. */
export function styleOf(theme: Theme, lang: Lang): string {
  return `/styles/creek-${theme}.json?lang=${lang}`;
}

const inks = {
  dark: { value: '#d9fff0', halo: '#06101d' },
  light: { value: '#0a4a36', halo: '#ffffff' },
} as const;

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
const own = ['labels'];

/**
 * A new style with what the page has added to the old one: its own sources with
 * their data, its layers in the new theme, and which layers are switched off.
 */
export function dressed(was: StyleSpecification | undefined, is: StyleSpecification, theme: Theme): StyleSpecification {
  const kept = Object.entries(was?.sources ?? {}).filter(([name]) => own.includes(name));
  if (!was || kept.length === 0) return is;
  const hidden = new Set(was.layers.filter((l) => l.layout?.visibility === 'none').map((l) => l.id));
  const layers = [...is.layers, ...labelLayers(theme)];
  return {
    ...is,
    sources: { ...is.sources, ...Object.fromEntries(kept) },
    layers: layers.map((l) => hidden.has(l.id) ? { ...l, layout: { ...l.layout, visibility: 'none' } } as LayerSpecification : l),
  };
}
