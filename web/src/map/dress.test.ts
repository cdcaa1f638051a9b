import { describe, expect, it } from 'vitest';
import type { StyleSpecification } from 'maplibre-gl';
import { dressed, ownLayers, paled } from './dress';

const plain: StyleSpecification = {
  version: 8,
  sources: { water: { type: 'vector', tiles: [] } },
  layers: [
    { id: 'water', type: 'fill', source: 'water' },
    { id: 'houses', type: 'fill-extrusion', source: 'water' },
    { id: 'names', type: 'symbol', source: 'water' },
  ],
};
const data = { type: 'FeatureCollection' as const, features: [] };

describe('dressed', () => {
  const was: StyleSpecification = {
    ...plain,
    sources: { ...plain.sources, labels: { type: 'geojson', data } },
    layers: [{ id: 'water', type: 'fill', source: 'water', layout: { visibility: 'none' } }],
  };

  it('leaves a first style as it is', () => {
    expect(dressed(undefined, plain, 'dark')).toBe(plain);
    expect(dressed(plain, plain, 'light')).toBe(plain);
  });

  it('keeps the page\'s sources, and its layers in their places', () => {
    const is = dressed(was, plain, 'light');
    expect(Object.keys(is.sources).sort()).toEqual(['labels', 'water']);
    expect(is.layers.map((l) => l.id)).toEqual(['water', 'houses', 'names', 'labels']);
  });

  it('keeps what is switched off, and only that', () => {
    const off = dressed(was, plain, 'light').layers.filter((l) => l.layout?.visibility === 'none').map((l) => l.id);
    expect(off).toEqual(['water']);
  });

  it('draws in the theme', () => {
    expect(dressed(was, plain, 'light').layers.at(-1)?.paint).not.toEqual(dressed(was, plain, 'dark').layers.at(-1)?.paint);
  });
});

describe('paled', () => {
  const lamp = { id: 'c', type: 'circle', source: 'sensors', paint: { 'circle-color': '#f00', 'circle-radius': 3 } } as const;
  it('greys what is live and nothing else', () => {
    expect(Object.keys(paled(lamp, 'dark'))).toEqual(['circle-color']);
    expect(paled({ ...lamp, source: 'assets' }, 'dark')).toEqual({});
    expect(paled({ id: 'g', type: 'background' }, 'dark')).toEqual({});
  });
  it('stays dependent on the state of features where it was', () => {
    const match = ['match', ['feature-state', 'state'], 'normal', '#0f0', '#f00'];
    const grey = paled({ ...lamp, paint: { 'circle-color': match } } as never, 'dark')['circle-color'] as unknown[];
    expect(JSON.stringify(grey)).toContain('"feature-state"');
    expect(new Set(grey.slice(2))).toEqual(new Set([paled(lamp, 'dark')['circle-color']]));
  });
  it('lets icons of their own colours fade, but not those that the zoom lets through', () => {
    const alert = { id: 'a', type: 'symbol', source: 'sensors', layout: { 'icon-image': 'x' } } as const;
    expect(paled(alert, 'light')).toEqual({ 'icon-opacity': 0.35 });
    expect(paled({ ...alert, paint: { 'icon-opacity': ['step', ['zoom'], 0, 16, 1] } }, 'light')).toEqual({});
  });
  it('greys all that the page draws', () => {
    for (const l of ownLayers('dark')) expect(Object.values(paled(l, 'dark')).length).toBeGreaterThan(0);
  });
});
